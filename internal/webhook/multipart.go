package webhook

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"unicode/utf8"
)

// parseMultipart reads the fields of a multipart form. Files are passed over, whatever
// their names: no rule can ask about them.
func parseMultipart(body []byte, boundary string) (map[string]any, error) {
	if boundary == "" {
		return nil, errors.New("the multipart content type has no boundary")
	}
	// The reader takes some forms that were cut off for complete ones.
	closed := bytes.Contains(body, []byte("--"+boundary+"--"))
	fields := make(map[string]any)
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	for i := 1; ; i++ {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) && closed {
			return fields, nil
		}
		if err != nil {
			return nil, fmt.Errorf("part %d of the multipart form cannot be read: is its boundary that of the content type?", i)
		}
		if part.FileName() != "" {
			continue
		}
		name := part.FormName()
		value, err := io.ReadAll(part)
		switch {
		case err != nil:
			return nil, fmt.Errorf("part %d of the multipart form ends too early", i)
		case name == "":
			return nil, fmt.Errorf("part %d of the multipart form has no name", i)
		case !utf8.Valid(value) || !utf8.ValidString(name):
			return nil, fmt.Errorf("part %d of the multipart form: broken UTF-8", i)
		}
		add(fields, name, string(value))
	}
}
