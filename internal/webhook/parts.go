package webhook

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"mime/multipart"
	"slices"
)

// withoutParts returns a multipart form without the fields with these names, and the rest as it
// was. It returns a form that cannot be read, or has none of them, unchanged.
func withoutParts(body []byte, kind mediaType, names []string) []byte {
	boundary := kind.parameters["boundary"]
	if len(names) == 0 || boundary == "" {
		return body
	}
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	declared := charsetOf(kind.parameters["charset"])
	var kept bytes.Buffer
	dropped := false
	for {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return body
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return body
		}
		if name, _ := declared.decode(part.FormName()); slices.Contains(names, name) {
			dropped = true
			continue
		}
		kept.WriteString("--" + boundary + "\r\n")
		for _, name := range slices.Sorted(maps.Keys(part.Header)) {
			for _, value := range part.Header[name] {
				kept.WriteString(name + ": " + value + "\r\n")
			}
		}
		kept.WriteString("\r\n")
		kept.Write(content)
		kept.WriteString("\r\n")
	}
	if !dropped {
		return body
	}
	kept.WriteString("--" + boundary + "--\r\n")
	return kept.Bytes()
}
