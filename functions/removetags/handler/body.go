package handler

import (
	"bytes"
	"encoding/base64"
	"errors"

	"untag/internal/jsonvalue"
	"untag/internal/webhook"
)

// body is the body of a request, where it is in the envelope.
type body struct {
	text   jsonvalue.Raw
	base64 bool
	// buffer is the memory into which it is decoded.
	buffer *[]byte
}

// size returns a lower bound of the body's length, from its undecoded form; false if the body
// is not a string.
func (b body) size() (int, bool) {
	if !b.base64 {
		return b.text.LeastTextSize(webhook.MaxBody)
	}
	const quotes, padding = 2, 2
	size, ok := b.text.LeastTextSize(base64.StdEncoding.EncodedLen(webhook.MaxBody) + padding)
	// An escape in a base64 text may be a line break, which adds no byte to the body. There
	// are at most as many of them as the escapes are longer than the text that they stand
	// for. The last four characters may end in two of padding.
	escapes := max(len(b.text)-quotes, 0) - size
	return max(base64.StdEncoding.DecodedLen(size-escapes)-padding, 0), ok
}

// read returns the body as the sender sent it. It is valid as long as the envelope and the
// buffer are.
func (b body) read() ([]byte, error) {
	switch {
	case b.base64:
		text, _ := b.text.Text()
		decoded, err := base64.StdEncoding.AppendDecode(b.memory(len(text)), text)
		if err != nil {
			return nil, errors.New("the body is marked as base64, but is not")
		}
		return decoded, nil
	case bytes.IndexByte(b.text, '\\') < 0:
		text, _ := b.text.Text()
		return text, nil
	}
	text, _ := b.text.TextIn(b.memory(len(b.text)))
	return text, nil
}

// memory returns the buffer, empty and with room for this many bytes.
func (b body) memory(size int) []byte {
	if cap(*b.buffer) < size {
		*b.buffer = make([]byte, 0, size)
	}
	return (*b.buffer)[:0]
}

// excludes reports whether the body certainly is not a JSON object with a member of this
// name: because it begins differently, or has neither the name nor an escape that could stand
// for one of its letters.
func (b body) excludes(member string) bool {
	if !b.mayBeObject() {
		return true
	}
	return !b.base64 && !bytes.Contains(b.text, []byte(member)) && !bytes.Contains(b.text, []byte(`\u`))
}

// mayBeObject reports whether the beginning of the body allows it to be a JSON object.
func (b body) mayBeObject() bool {
	const enough = 64 // characters, a multiple of four
	if len(b.text) < 2 {
		return true
	}
	start := []byte(b.text[1 : len(b.text)-1])
	if b.base64 {
		start = start[:min(enough, len(start)/4*4)]
		start, _ = base64.StdEncoding.AppendDecode(nil, start)
	}
	start = bytes.TrimPrefix(start, []byte("\ufeff"))
	for {
		rest := bytes.TrimLeft(start, " \t\r\n")
		for _, blank := range [...]string{`\t`, `\r`, `\n`} {
			rest = bytes.TrimPrefix(rest, []byte(blank))
		}
		if len(rest) == len(start) {
			break
		}
		start = rest
	}
	// An escape may stand for a brace, and white space may continue.
	return len(start) == 0 || start[0] == '{' || start[0] == '\\'
}
