package jsonvalue

import (
	"bytes"
	"errors"

	"github.com/go-json-experiment/json/jsontext"
)

// Raw is a JSON value as written, a part of the text it was found in. It is for envelopes:
// their content is read without copying all of it.
//
// It is as lenient as encoding/json: if a name occurs twice, the last one counts, and
// broken UTF-8 is replaced.
type Raw []byte

var (
	errNoObject = errors.New("jsonvalue: not a JSON object")
	errNoList   = errors.New("jsonvalue: not a JSON list")
)

// Object returns the members of an object; their values share its text.
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
		key := name.String() // a copy: the token is valid only until the next read
		if members[key] = r.next(dec); members[key] == nil {
			return nil, errNoObject
		}
	}
	if !r.ends(dec) {
		return nil, errNoObject
	}
	return members, nil
}

// Member returns the first member of an object with this name, nil if there is none. It reads
// no further, and does not check what follows.
func (r Raw) Member(name string) Raw {
	dec := r.decoder()
	if t, err := dec.ReadToken(); err != nil || t.Kind() != jsontext.KindBeginObject {
		return nil
	}
	for dec.PeekKind() == jsontext.KindString {
		key, err := dec.ReadToken()
		if err != nil {
			return nil
		}
		if key.String() == name {
			return r.next(dec)
		}
		if dec.SkipValue() != nil {
			return nil
		}
	}
	return nil
}

// List returns the elements of a list; they share its text.
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

func (r Raw) decoder() *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(r), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// next reads a value. It returns nil if there is none.
func (r Raw) next(dec *jsontext.Decoder) Raw {
	value, err := dec.ReadValue()
	if err != nil {
		return nil
	}
	end := dec.InputOffset()
	return r[end-int64(len(value)) : end : end]
}

// ends reads the delimiter that closes the value, and reports whether nothing follows it.
func (r Raw) ends(dec *jsontext.Decoder) bool {
	_, err := dec.ReadToken()
	return err == nil && len(bytes.TrimLeft(r[dec.InputOffset():], blank)) == 0
}
