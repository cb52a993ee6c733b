package webhook

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"mime"
	"strings"

	"untag/internal/event"
	"untag/internal/jsonvalue"
)

const githubEventHeader = "x-github-event"

// ParseHeaders are the lower-case names of the headers that Parse reads, so that a
// stored delivery can be parsed again.
func ParseHeaders() []string { return []string{githubEventHeader} }

// Parse reads a verified delivery: JSON, a form (url-encoded or multipart), or the
// query alone. Zoho's workflow webhooks come in any of these, and with a content type
// that belongs to another, so what a body looks like decides where its type cannot be
// right. Its errors are of type *Error and Kind Malformed; they have the place.
func Parse(d event.Delivery) (event.Event, error) {
	query, err := parseForm(d.RawQuery)
	if err != nil {
		return event.Event{}, malformed(d.Source, "the query", err)
	}
	fields, err := parseBody(d)
	if err != nil {
		return event.Event{}, malformed(d.Source, "the body", err)
	}
	deliveryID := d.DeliveryID
	if id, ok := fields["id"].(string); ok && deliveryID == "" && d.Headers["stripe-signature"] != "" {
		deliveryID = id
	}
	for name, value := range query {
		if _, has := fields[name]; !has {
			fields[name] = value
		}
	}
	return event.Event{
		ID: d.ID, DeliveryID: deliveryID, Source: d.Source, Time: d.Time,
		Headers: maps.Clone(d.Headers), Query: query, Fields: fields,
	}, nil
}

func parseBody(d event.Delivery) (map[string]any, error) {
	if len(bytes.TrimSpace(d.Body)) == 0 {
		return map[string]any{}, nil
	}
	mediaType, parameters, err := mime.ParseMediaType(d.ContentType)
	if err != nil {
		mediaType = ""
	}
	switch {
	case mediaType == "multipart/form-data":
		return parseMultipart(d.Body, parameters["boundary"])
	case looksLikeJSON(d.Body), isJSON(mediaType) && !looksLikeForm(d.Body):
		return parseJSON(d.Body)
	case mediaType == "application/x-www-form-urlencoded", looksLikeForm(d.Body):
		return parseFormBody(d)
	}
	return parseJSON(d.Body)
}

func isJSON(mediaType string) bool {
	return mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
}

// looksLikeJSON: no form that a sender means starts with a brace or a bracket.
func looksLikeJSON(body []byte) bool {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	return len(body) > 0 && (body[0] == '{' || body[0] == '[')
}

// looksLikeForm: a name, an equals sign, and nothing that an escaped form cannot have.
func looksLikeForm(body []byte) bool {
	return bytes.IndexByte(body, '=') > 0 && !bytes.ContainsAny(body, " \t\r\n\"{}")
}

func parseJSON(body []byte) (map[string]any, error) {
	value, err := jsonvalue.Decode(body)
	if err != nil {
		return nil, err
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, jsonvalue.At(body, 0, "expected a JSON object, found "+jsonName(value))
	}
	return object, nil
}

func jsonName(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case []any:
		return "an array"
	case string:
		return "a string"
	case bool:
		return "a boolean"
	}
	return "a number"
}

// parseFormBody reads an url-encoded form. GitHub can send its JSON as the field
// `payload` of one; then that JSON is the event.
func parseFormBody(d event.Delivery) (map[string]any, error) {
	fields, err := parseForm(strings.TrimSpace(string(d.Body)))
	if err != nil {
		return nil, err
	}
	if d.Headers[githubEventHeader] == "" {
		return fields, nil
	}
	payload, ok := fields["payload"].(string)
	if !ok {
		return nil, errors.New("a form from GitHub has one field `payload`, and this one has not")
	}
	object, err := parseJSON([]byte(payload))
	if err != nil {
		return nil, fmt.Errorf("payload: %w", err)
	}
	return object, nil
}
