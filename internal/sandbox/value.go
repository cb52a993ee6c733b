package sandbox

import (
	"encoding/json"
	"strings"

	"untag/internal/jsonvalue"
)

// ReadValue reads the value of a field as somebody types it: JSON, such as 7, true, null, "text"
// or {"id": "1"}, and anything that is not JSON as the text that it is.
func ReadValue(text string) any {
	value, err := jsonvalue.Decode([]byte(text))
	if err != nil {
		return text
	}
	return value
}

// ValueText returns the text from which ReadValue reads a value. A text is written as it is,
// unless it would be read as something else, such as "007".
func ValueText(value any) string {
	if text, ok := value.(string); ok && ReadValue(text) == any(text) {
		return text
	}
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "" // not a type that Records has
	}
	return strings.TrimSuffix(out.String(), "\n")
}
