package senderlist

import (
	"encoding/json"
	"io"
)

// PrintJSON prints one sender, or a list of them, as a line of JSON.
func PrintJSON[T Shown | []Sender](w io.Writer, value T) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
