package jsonvalue

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Raw is a JSON value as it is written, a part of the text that it was found in. It is
// for envelopes: what is in them is read without a copy of all of it.
//
// Envelopes are read as leniently as encoding/json does: of a name that occurs twice
// the last counts, and broken UTF-8 is replaced.
type Raw []byte

var (
	errNoObject = errors.New("jsonvalue: not a JSON object")
	errNoList   = errors.New("jsonvalue: not a JSON list")
)

// Object gives the members of an object; their values share its text.
func (r Raw) Object() (map[string]Raw, error) {
	dec := r.decoder()
	if t, err := dec.ReadToken(); err != nil || t.Kind() != jsontext.KindBeginObject {
		return nil, errNoObject
	}
	members := make(map[string]Raw)
	for dec.PeekKind() != jsontext.KindEndObject {
		name, err := dec.ReadToken()
		if err != nil {
			return nil, errNoObject
		}
		key := name.String() // which does not last beyond the next read
		if members[key] = r.next(dec); members[key] == nil {
			return nil, errNoObject
		}
	}
	if !r.ends(dec) {
		return nil, errNoObject
	}
	return members, nil
}

// List gives the elements of a list; they share its text.
func (r Raw) List() ([]Raw, error) {
	dec := r.decoder()
	if t, err := dec.ReadToken(); err != nil || t.Kind() != jsontext.KindBeginArray {
		return nil, errNoList
	}
	var list []Raw
	for dec.PeekKind() != jsontext.KindEndArray {
		element := r.next(dec)
		if element == nil {
			return nil, errNoList
		}
		list = append(list, element)
	}
	if !r.ends(dec) {
		return nil, errNoList
	}
	return list, nil
}

// Text returns what a string that Object or List found says; false where the value is
// not a string. A string without escapes shares the text that it was found in, and must
// not be changed.
func (r Raw) Text() ([]byte, bool) {
	if !r.isText() {
		return nil, false
	}
	if inside := r[1 : len(r)-1 : len(r)-1]; bytes.IndexByte(inside, '\\') < 0 && utf8.Valid(inside) {
		return inside, true
	}
	// The only fault that is left by now is broken UTF-8, which has been replaced.
	text, _ := jsontext.AppendUnquote(make([]byte, 0, len(r)), []byte(r))
	return text, true
}

func (r Raw) isText() bool { return len(r) >= 2 && r[0] == '"' }

// TextSize returns the length of Text in bytes without decoding it; false where the
// value is not a string. Broken UTF-8 counts as it is written, which is shorter than what
// replaces it.
func (r Raw) TextSize() (int, bool) {
	if !r.isText() {
		return 0, false
	}
	size := 0
	for rest := r[1 : len(r)-1]; len(rest) > 0; {
		if rest[0] != '\\' {
			plain := bytes.IndexByte(rest, '\\')
			if plain < 0 {
				plain = len(rest)
			}
			size, rest = size+plain, rest[plain:]
			continue
		}
		written, says := sizeOfEscape(rest)
		size, rest = size+says, rest[written:]
	}
	return size, true
}

// sizeOfEscape returns how long the escape is that a text begins with, and how long in UTF-8
// what it says.
func sizeOfEscape(text []byte) (written, says int) {
	const short, long = len(`\n`), len(`\u0000`)
	if len(text) < long || text[1] != 'u' {
		return min(short, len(text)), 1
	}
	r := unit(text)
	if utf16.IsSurrogate(r) && len(text) >= 2*long && text[long] == '\\' && text[long+1] == 'u' {
		if pair := utf16.DecodeRune(r, unit(text[long:])); pair != utf8.RuneError {
			return 2 * long, utf8.RuneLen(pair)
		}
	}
	if utf16.IsSurrogate(r) {
		r = utf8.RuneError // which stands for half of a pair
	}
	return long, utf8.RuneLen(r)
}

// unit is the UTF-16 code unit that a text like `\u00e9` begins with.
func unit(text []byte) rune {
	n, _ := strconv.ParseUint(string(text[2:6]), 16, 16)
	return rune(n)
}

func (r Raw) decoder() *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(r), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// next reads a value, nil where there is none.
func (r Raw) next(dec *jsontext.Decoder) Raw {
	value, err := dec.ReadValue()
	if err != nil {
		return nil
	}
	end := dec.InputOffset()
	return r[end-int64(len(value)) : end : end]
}

// ends reads the delimiter that closes the value, after which nothing may follow.
func (r Raw) ends(dec *jsontext.Decoder) bool {
	_, err := dec.ReadToken()
	return err == nil && len(bytes.TrimLeft(r[dec.InputOffset():], blank)) == 0
}
