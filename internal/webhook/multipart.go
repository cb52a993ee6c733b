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
// because some senders send every part as a file. It skips and counts other files, because
// no rule can read them.
func parseMultipart(body []byte, kind mediaType) (content, error) {
	boundary := kind.parameters["boundary"]
	if boundary == "" {
		return content{}, errors.New("the multipart content type has no boundary")
	}
	// The library's reader accepts some forms that were cut off.
	closed := bytes.Contains(body, []byte("--"+boundary+"--"))
	form := multipartForm{content: content{fields: make(map[string]any)}, charset: charsetOf(kind.parameters["charset"])}
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	for i := 1; ; i++ {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) && closed {
			form.fields = nested(form.fields)
			return form.content, nil
		}
		if err != nil {
			return content{}, fmt.Errorf("part %d of the multipart form cannot be read: check that its boundary is the one that the content type declares", i)
		}
		if fault := form.part(part); fault != "" {
			return content{}, fmt.Errorf("part %d of the multipart form%s", i, fault)
		}
	}
}

// multipartForm is the part of a form that has been read.
type multipartForm struct {
	content
	// charset is the charset of the names, and of the parts that declare none.
	charset charset
}

// part adds a part to the form, or returns what is wrong with it. It skips a file that
// cannot be read.
func (f *multipartForm) part(part *multipart.Part) (fault string) {
	kind := typeOf(part.Header.Get("Content-Type"))
	name := part.FormName()
	isFile := part.FileName() != ""
	if isFile && (name == "" || !kind.isText()) {
		f.passOver(name, kind)
		return ""
	}
	value, fault := f.value(part, kind)
	switch {
	case isFile && (fault != "" || kind.name == "" && strings.ContainsRune(value, 0)):
		f.passOver(name, kind)
		return ""
	case fault != "":
		return fault
	case name == "":
		return " has no name"
	}
	if name, fault = f.charset.decode(name); fault != "" {
		return ": its name has " + fault
	}
	if name == charsetField {
		f.charset = charsetOf(value)
	}
	add(f.fields, name, value)
	return ""
}

func (f *multipartForm) passOver(field string, kind mediaType) {
	f.passedOver.Count++
	if len(f.passedOver.Files) < event.MaxFiles {
		f.passedOver.Files = append(f.passedOver.Files, event.File{Field: strings.ToValidUTF8(field, "\ufffd"), Type: kind.name})
	}
}

// value returns the text of a part. The library decodes quoted-printable itself.
func (f *multipartForm) value(part *multipart.Part, kind mediaType) (value, fault string) {
	var from io.Reader = part
	isBase64 := strings.EqualFold(strings.TrimSpace(part.Header.Get("Content-Transfer-Encoding")), "base64")
	if isBase64 {
		from = base64.NewDecoder(base64.StdEncoding, part)
	}
	text, err := io.ReadAll(from)
	switch {
	case err != nil && isBase64:
		return "", " is marked as base64 but is not, or ends too early"
	case err != nil:
		return "", " ends too early"
	}
	c := f.charset
	if label := kind.parameters["charset"]; label != "" {
		c = charsetOf(label)
	}
	if kind.isJSON() && utf8.Valid(text) {
		return string(text), ""
	}
	if value, fault = c.decode(string(text)); fault != "" {
		return "", ": " + fault
	}
	return value, ""
}
