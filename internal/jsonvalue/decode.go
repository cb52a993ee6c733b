package jsonvalue

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth is how deep objects and lists may be nested.
const MaxDepth = 1000

// SyntaxError says what is wrong with a text, and where. It quotes nothing of it.
type SyntaxError struct {
	// Line and Column count from 1; the column counts characters.
	Line, Column int
	Message      string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// Decode reads one JSON value. Objects become map[string]any, lists []any, numbers
// what Number says. Its errors are of type *SyntaxError.
func Decode(text []byte) (any, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	d := decoder{text: text, dec: jsontext.NewDecoder(bytes.NewBuffer(text))}
	value, err := d.value(0)
	if err != nil {
		return nil, err
	}
	rest := bytes.TrimLeft(text[d.dec.InputOffset():], " \t\r\n")
	if len(rest) > 0 {
		return nil, d.fault(int64(len(text)-len(rest)), "something follows the JSON value")
	}
	return value, nil
}

type decoder struct {
	text []byte
	dec  *jsontext.Decoder
}

func (d *decoder) value(depth int) (any, error) {
	if depth > MaxDepth {
		return nil, d.fault(d.dec.InputOffset(), fmt.Sprintf("nested deeper than %d levels", MaxDepth))
	}
	token, err := d.dec.ReadToken()
	if err != nil {
		return nil, d.syntax(err)
	}
	switch token.Kind() {
	case '{':
		return d.object(depth)
	case '[':
		return d.list(depth)
	case '"':
		return token.String(), nil
	case '0':
		return Number(token.String()), nil
	case 't', 'f':
		return token.Bool(), nil
	}
	return nil, nil
}

func (d *decoder) object(depth int) (any, error) {
	object := make(map[string]any)
	for d.dec.PeekKind() != '}' {
		name, err := d.dec.ReadToken()
		if err != nil {
			return nil, d.syntax(err)
		}
		key := name.String()
		if object[key], err = d.value(depth + 1); err != nil {
			return nil, err
		}
	}
	if _, err := d.dec.ReadToken(); err != nil {
		return nil, d.syntax(err)
	}
	return object, nil
}

func (d *decoder) list(depth int) (any, error) {
	list := []any{}
	for d.dec.PeekKind() != ']' {
		value, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	if _, err := d.dec.ReadToken(); err != nil {
		return nil, d.syntax(err)
	}
	return list, nil
}

// syntax turns the library's error, which may quote the text, into ours.
func (d *decoder) syntax(err error) error {
	offset := d.dec.InputOffset()
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		offset = syntactic.ByteOffset
	}
	switch {
	case errors.Is(err, io.EOF) && len(bytes.TrimSpace(d.text)) == 0:
		return d.fault(0, "empty, expected a JSON value")
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return d.fault(int64(len(d.text)), "the JSON ends too early")
	case errors.Is(err, jsontext.ErrDuplicateName):
		return d.fault(offset, "a name occurs twice in one object")
	case strings.Contains(err.Error(), "UTF-8"):
		return d.fault(offset, "broken UTF-8")
	case strings.Contains(err.Error(), "depth"):
		return d.fault(offset, fmt.Sprintf("nested deeper than %d levels", MaxDepth))
	}
	return d.fault(offset, "unexpected character in the JSON")
}

func (d *decoder) fault(offset int64, message string) error {
	return At(d.text, offset, message)
}

// At is a SyntaxError at a byte offset of a text.
func At(text []byte, offset int64, message string) *SyntaxError {
	before := text[:min(max(offset, 0), int64(len(text)))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return &SyntaxError{
		Line:    bytes.Count(before, []byte("\n")) + 1,
		Column:  utf8.RuneCount(before[start:]) + 1,
		Message: message,
	}
}
