package webhook

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/url"
	"strings"
	"unicode/utf8"
)

// maxFields bounds how many names a form may have; with MaxBody it bounds memory.
const maxFields = 100_000

// parseForm reads an url-encoded form or query. Unlike url.ParseQuery it names the
// pair that is wrong and refuses what is not UTF-8.
func parseForm(text string) (map[string]any, error) {
	fields := make(map[string]any)
	if text == "" {
		return fields, nil
	}
	for i, pair := range strings.Split(text, "&") {
		if pair == "" {
			continue
		}
		if i >= maxFields {
			return nil, fmt.Errorf("more than %d fields", maxFields)
		}
		name, value, err := parsePair(pair)
		if err != nil {
			return nil, fmt.Errorf("field %d: %w", i+1, err)
		}
		add(fields, name, value)
	}
	return fields, nil
}

func parsePair(pair string) (name, value string, err error) {
	name, value, _ = strings.Cut(pair, "=")
	// The library's error quotes what it met, which may be anything.
	if name, err = url.QueryUnescape(name); err != nil {
		return "", "", errors.New("a broken % escape in the name")
	}
	if value, err = url.QueryUnescape(value); err != nil {
		return "", "", errors.New("a broken % escape in the value")
	}
	if !utf8.ValidString(name) || !utf8.ValidString(value) {
		return "", "", errors.New("broken UTF-8")
	}
	return name, value, nil
}

// add keeps a single value as a string, and those of a repeated name as a list.
func add(fields map[string]any, name, value string) {
	switch before := fields[name].(type) {
	case nil:
		fields[name] = value
	case []any:
		fields[name] = append(before, value)
	default:
		fields[name] = []any{before, value}
	}
}

// parseMultipart reads the fields of a multipart form; files are passed over, as no
// rule can ask about them.
func parseMultipart(body []byte, boundary string) (map[string]any, error) {
	if boundary == "" {
		return nil, errors.New("the multipart content type has no boundary")
	}
	fields := make(map[string]any)
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	for i := 1; ; i++ {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) && i > 1 {
			return fields, nil
		}
		if err != nil {
			return nil, fmt.Errorf("part %d of the multipart form cannot be read: is its boundary that of the content type?", i)
		}
		if part.FileName() != "" {
			continue
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, fmt.Errorf("part %d of the multipart form ends too early", i)
		}
		if part.FormName() == "" {
			return nil, fmt.Errorf("part %d of the multipart form has no name", i)
		}
		if !utf8.Valid(value) || !utf8.ValidString(part.FormName()) {
			return nil, fmt.Errorf("part %d of the multipart form: broken UTF-8", i)
		}
		add(fields, part.FormName(), string(value))
	}
}
