package jsonvalue

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth is how deep objects and lists may be nested.
const MaxDepth = 1000

// Decode reads one JSON value. Objects become map[string]any, lists []any, numbers
// what Number returns. It skips a leading byte order mark, and turns an escape that is half
// of a surrogate pair into U+FFFD. Its errors are of type *SyntaxError.
//
// The value does not refer to text: its strings share one copy of it.
func Decode(text []byte) (any, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	d := decoder{
		text: string(text),
		// Duplicate names are found while the map is filled, which costs less. Of what the
		// library calls invalid UTF-8, only half of a surrogate pair is accepted.
		dec: jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
	}
	value, err := d.value(0)
	if err == nil && strings.TrimLeft(d.text[d.dec.InputOffset():], blank) != "" {
		err = d.syntax(nil)
	}
	if broken := d.brokenUTF8(err); broken != nil {
		err = broken
	}
	if err != nil {
		return nil, err
	}
	return value, nil
}

type decoder struct {
	text string
	dec  *jsontext.Decoder
}

// value reads the next value, which is nested in depth objects and lists.
func (d *decoder) value(depth int) (any, error) {
	switch kind := d.dec.PeekKind(); kind {
	case jsontext.KindBeginObject, jsontext.KindBeginArray:
		if _, err := d.dec.ReadToken(); err != nil {
			return nil, d.syntax(err)
		}
		if depth == MaxDepth {
			return nil, d.fault(int(d.dec.InputOffset())-1, fmt.Sprintf("nested deeper than %d levels", MaxDepth))
		}
		if kind == jsontext.KindBeginObject {
			return d.object(depth + 1)
		}
		return d.list(depth + 1)
	case jsontext.KindString:
		s, _, err := d.string()
		return s, err
	default:
		raw, _, err := d.raw()
		if err != nil {
			return nil, err
		}
		return scalar(raw), nil
	}
}

func scalar(raw string) any {
	switch raw {
	case "null":
		return nil
	case "true":
		return true
	case "false":
		return false
	}
	return Number(raw)
}

func (d *decoder) object(depth int) (any, error) {
	object := make(map[string]any)
	for d.dec.PeekKind() != jsontext.KindEndObject {
		name, offset, err := d.string()
		if err != nil {
			return nil, err
		}
		if _, twice := object[name]; twice {
			return nil, d.fault(offset, "a name occurs twice in one object")
		}
		if object[name], err = d.value(depth); err != nil {
			return nil, err
		}
	}
	return object, d.end()
}

func (d *decoder) list(depth int) (any, error) {
	list := []any{}
	for d.dec.PeekKind() != jsontext.KindEndArray {
		value, err := d.value(depth)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	return list, d.end()
}

// end reads the delimiter that closes an object or a list.
func (d *decoder) end() error {
	if _, err := d.dec.ReadToken(); err != nil {
		return d.syntax(err)
	}
	return nil
}

// string reads a string, or the name of a member, and says where it begins.
func (d *decoder) string() (s string, offset int, err error) {
	raw, offset, err := d.raw()
	if err != nil {
		return "", offset, err
	}
	if strings.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1], offset, nil
	}
	// The decoder has accepted the string, so an error only means that half of a surrogate
	// pair was replaced.
	plain, _ := jsontext.AppendUnquote(make([]byte, 0, len(raw)), raw)
	return string(plain), offset, nil
}

// raw reads a scalar value and returns it as written.
func (d *decoder) raw() (raw string, offset int, err error) {
	value, err := d.dec.ReadValue()
	if err != nil {
		return "", 0, d.syntax(err)
	}
	end := int(d.dec.InputOffset())
	offset = end - len(value)
	return d.text[offset:end], offset, nil
}

// syntax describes a syntax error in our own words: the library's may quote the text.
func (d *decoder) syntax(err error) error {
	if e := diagnose(d.text); e != nil {
		return e
	}
	offset := d.dec.InputOffset()
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		offset = syntactic.ByteOffset
	}
	return d.fault(int(offset), "unexpected character in the JSON")
}

// brokenUTF8 returns an error if the text is not UTF-8, or nil if another error comes first.
func (d *decoder) brokenUTF8(other error) error {
	offset := InvalidUTF8(d.text)
	if offset < 0 {
		return nil
	}
	var syntax *SyntaxError
	cut := !utf8.FullRuneInString(d.text[offset:])
	if errors.As(other, &syntax) && (syntax.Offset < offset || cut && syntax.Offset == len(d.text)) {
		return nil
	}
	return d.fault(offset, BrokenUTF8)
}

func (d *decoder) fault(offset int, message string) error {
	return At(d.text, offset, message)
}

const blank = " \t\r\n"
