package webhook

import (
	"bytes"
	"errors"
	"fmt"

	"untag/internal/event"
	"untag/internal/jsonvalue"
)

const multipartKind = "multipart/form-data"

// content is what a body holds.
type content struct {
	fields     map[string]any
	passedOver event.PassedOver
}

// parseBody reads the body in the form that its content type names. Some senders name
// the wrong one (a CRM posts a form as JSON, a script posts JSON as a form), so parseBody
// ignores the type if the body can be read in only one way: JSON begins with a brace or a
// bracket, XML with an angle bracket, which a form escapes, and a form is never either.
func parseBody(d event.Delivery) (content, error) {
	var err error
	if d.Body, err = decompressed(d.Headers[contentEncodingHeader], d.Body); err != nil {
		return content{}, err
	}
	kind := typeOf(d.ContentType)
	text := utf8Of(d.Body)
	start := bytes.TrimLeft(text, blanks)
	var c content
	switch {
	case len(start) == 0:
		c.fields = map[string]any{}
	case bytes.HasPrefix(d.Body, []byte(gzipMagic)):
		err = errors.New("this is gzip data: declare it with the header Content-Encoding: gzip")
	case kind.name == multipartKind:
		c, err = parseMultipart(d.Body, kind)
	case readsAsForm(kind, text):
		c.fields, err = parseFormBody(d, text, formCharset(kind, text))
	case kind.isJSON() || start[0] == '{' || start[0] == '[':
		c.fields, err = parseJSON(text, charsetOf(kind.parameters["charset"]))
	case looksLikeXML(start) && kind.name != "text/html":
		c.fields, err = parseXML(text, charsetOf(kind.parameters["charset"]))
	default:
		err = jsonvalue.At(text, len(text)-len(start), "neither a JSON object nor a form nor XML, by content type and first character: send one of them")
	}
	return c, err
}

// readsAsForm reports whether a body is read as a form: because nothing else looks like it, or
// because its type says so and it looks like nothing else.
func readsAsForm(kind mediaType, text []byte) bool {
	start := bytes.TrimLeft(text, blanks)
	isForm := kind.name == formKind
	untyped := kind.name == "" || kind.name == "text/plain" || kind.name == "application/octet-stream"
	switch {
	case kind.name == multipartKind:
		return true
	case len(start) == 0, isForm && start[0] != '{' && start[0] != '[' && start[0] != '<':
		return isForm
	case (isForm || kind.isJSON() || untyped) && looksLikeForm(text):
		return true
	}
	return isForm && start[0] == '<' && !looksLikeXML(start)
}

// looksLikeXML reports whether a body is in angle brackets, which a form escapes.
func looksLikeXML(start []byte) bool {
	return start[0] == '<' && bytes.HasSuffix(bytes.TrimRight(start, " \t\r\n"), []byte(">"))
}

// looksLikeForm reports whether every part has a name and an equals sign, at least one part
// has a value (which excludes padded base64), and there is no character of JSON, XML or
// prose that a form escapes.
func looksLikeForm(body []byte) bool {
	body = bytes.TrimRight(body, "\r\n")
	if bytes.ContainsAny(body, " \t\r\n\"{}<>") {
		return false
	}
	valued := false
	for pair := range bytes.SplitSeq(body, []byte("&")) {
		name, value, found := bytes.Cut(pair, []byte("="))
		if !found || len(name) == 0 {
			return false
		}
		valued = valued || len(bytes.Trim(value, "=")) > 0
	}
	return valued
}

func parseJSON(body []byte, c charset) (map[string]any, error) {
	value, err := c.decodeJSON(body)
	if err != nil {
		return nil, err
	}
	object, ok := value.(map[string]any)
	if !ok {
		start := len(body) - len(bytes.TrimLeft(body, " \t\r\n"))
		return nil, jsonvalue.At(body, start, "expected a JSON object, found "+nameOf(value))
	}
	return object, nil
}

func nameOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case []any:
		return "an array"
	case bool:
		return "a boolean"
	case int, float64:
		return "a number"
	}
	return "a string or a number"
}

// parseFormBody reads a URL-encoded form. GitHub can send its JSON as the field `payload`
// of a form; then that JSON is the event.
func parseFormBody(d event.Delivery, text []byte, c charset) (map[string]any, error) {
	fields, err := parseForm(string(bytes.TrimRight(text, "\r\n")), c)
	if err != nil {
		return nil, err
	}
	if d.Headers[githubEventHeader] == "" {
		return nested(fields), nil
	}
	payload, ok := fields["payload"].(string)
	if !ok {
		return nil, errors.New("a form from GitHub must have one field `payload`, but this one does not")
	}
	object, err := parseJSON([]byte(payload), charset{})
	if err != nil {
		return nil, fmt.Errorf("payload: %w", err)
	}
	return object, nil
}
