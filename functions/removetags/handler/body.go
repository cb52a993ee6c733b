package handler

import (
	"bytes"
	"encoding/base64"
	"errors"

	"untag/internal/jsonvalue"
	"untag/internal/webhook"
)

// body is the body of a request where it lies in the envelope.
type body struct {
	text   jsonvalue.Raw
	base64 bool
	// buffer is memory to decode into.
	buffer *[]byte
}

// size is a length that the body has at least, as its text tells without being decoded;
// false where it is not a text.
func (b body) size() (int, bool) {
	if !b.base64 {
		return b.text.LeastTextSize(webhook.MaxBody)
	}
	const quotes, padding = 2, 2
	size, ok := b.text.LeastTextSize(base64.StdEncoding.EncodedLen(webhook.MaxBody) + padding)
	// What stands as an escape in a base64 text may be a line break, which says nothing;
	// there are no more of them than bytes that the escapes take beyond what they say.
	// The last four characters may end in two of padding.
	escapes := max(len(b.text)-quotes, 0) - size
	return max(base64.StdEncoding.DecodedLen(size-escapes)-padding, 0), ok
}

// read returns the body as the sender sent it. It lasts as long as the envelope and the
// buffer do.
func (b body) read() ([]byte, error) {
	switch {
	case b.base64:
		text, _ := b.text.Text()
		decoded, err := base64.StdEncoding.AppendDecode(b.memory(len(text)), text)
		if err != nil {
			return nil, errors.New("the body is marked as base64 and is not")
		}
		return decoded, nil
	case bytes.IndexByte(b.text, '\\') < 0:
		text, _ := b.text.Text()
		return text, nil
	}
	text, _ := b.text.TextIn(b.memory(len(b.text)))
	return text, nil
}

// memory is the buffer, empty and with room for so many bytes.
func (b body) memory(size int) []byte {
	if cap(*b.buffer) < size {
		*b.buffer = make([]byte, 0, size)
	}
	return (*b.buffer)[:0]
}

// excludes reports that the body is surely not a JSON object with a member of this name: it
// begins otherwise, or neither has the name nor an escape that could stand for one of its
// letters.
func (b body) excludes(member string) bool {
	if !b.mayBeObject() {
		return true
	}
	return !b.base64 && !bytes.Contains(b.text, []byte(member)) && !bytes.Contains(b.text, []byte(`\u`))
}

// mayBeObject looks at the beginning of the body only.
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
	// What begins with an escape may say a brace, and of blanks alone there may be more.
	return len(start) == 0 || start[0] == '{' || start[0] == '\\'
}
