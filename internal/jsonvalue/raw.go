package jsonvalue

import (
	"bytes"
	"errors"

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
