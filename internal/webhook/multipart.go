package webhook

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"strings"
	"unicode/utf8"

	"untag/internal/event"
)

// parseMultipart reads the fields of a multipart form. A file of JSON or text is a field,
// as some senders make a file of every part; other files are passed over, because no rule
// can ask about them.
func parseMultipart(body []byte, boundary string) (content, error) {
	if boundary == "" {
		return content{}, errors.New("the multipart content type has no boundary")
	}
	// The reader takes some forms that were cut off for complete ones.
	closed := bytes.Contains(body, []byte("--"+boundary+"--"))
	form := content{fields: make(map[string]any)}
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	for i := 1; ; i++ {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) && closed {
			return form, nil
		}
		if err != nil {
			return content{}, fmt.Errorf("part %d of the multipart form cannot be read: is its boundary that of the content type?", i)
		}
		if fault := form.part(part); fault != "" {
			return content{}, fmt.Errorf("part %d of the multipart form%s", i, fault)
		}
	}
}

// part adds a part to the form, or says what is wrong with it. A file that cannot be read
// is passed over.
func (c *content) part(part *multipart.Part) (fault string) {
	kind := typeOf(part.Header.Get("Content-Type"))
	name := part.FormName()
	isFile := part.FileName() != ""
	if isFile && (name == "" || !kind.isText()) {
		c.passOver(name, kind)
		return ""
	}
	value, fault := partValue(part)
	switch {
	case isFile && (fault != "" || kind.name == "" && strings.ContainsRune(value, 0)):
		c.passOver(name, kind)
		return ""
	case fault != "":
		return fault
	case name == "":
		return " has no name"
	case !utf8.ValidString(name):
		return ": broken UTF-8 in its name"
	}
	add(c.fields, name, value)
	return ""
}

func (c *content) passOver(field string, kind mediaType) {
	c.passedOver.Count++
	if len(c.passedOver.Files) < event.MaxFiles {
		c.passedOver.Files = append(c.passedOver.Files, event.File{Field: strings.ToValidUTF8(field, "\ufffd"), Type: kind.name})
	}
}

// partValue is the text of a part. The library undoes quoted-printable itself.
func partValue(part *multipart.Part) (value, fault string) {
	var from io.Reader = part
	isBase64 := strings.EqualFold(strings.TrimSpace(part.Header.Get("Content-Transfer-Encoding")), "base64")
	if isBase64 {
		from = base64.NewDecoder(base64.StdEncoding, part)
	}
	text, err := io.ReadAll(from)
	switch {
	case err != nil && isBase64:
		return "", " is marked as base64 and is not, or ends too early"
	case err != nil:
		return "", " ends too early"
	case !utf8.Valid(text):
		return "", ": broken UTF-8"
	}
	return string(text), ""
}
