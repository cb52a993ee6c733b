package webhook

import (
	"errors"
	"mime"
	"strings"
)

// mediaType is a content type. The zero value means that there is none or that it cannot be
// parsed.
type mediaType struct {
	name       string
	parameters map[string]string
}

// maxMediaType is longer than any content type, in bytes.
const maxMediaType = 100

func typeOf(header string) mediaType {
	name, parameters, err := mime.ParseMediaType(header)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) || len(name) > maxMediaType {
		return mediaType{}
	}
	return mediaType{name, parameters}
}

func (t mediaType) isJSON() bool {
	return t.name == "application/json" || strings.HasSuffix(t.name, "+json")
}

// isText reports whether a part is text. A part without a type is plain text (RFC 7578,
// section 4.4).
func (t mediaType) isText() bool {
	return t.name == "" || t.isJSON() || strings.HasPrefix(t.name, "text/")
}
