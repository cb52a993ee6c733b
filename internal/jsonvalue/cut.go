package jsonvalue

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// Cut returns the values of all members of an object with this name, and the text of the
// object without those members. It is as lenient as Object.
func (r Raw) Cut(name string) (values []Raw, rest Raw, err error) {
	dec := r.decoder()
	if t, err := dec.ReadToken(); err != nil || t.Kind() != jsontext.KindBeginObject {
		return nil, nil, errNoObject
	}
	end := dec.InputOffset()
	first := true // no member has been kept so far
	for dec.PeekKind() != jsontext.KindEndObject {
		start := end
		key, value := r.next(dec), r.next(dec)
		if key == nil || value == nil {
			return nil, nil, errNoObject
		}
		end = dec.InputOffset()
		if text, _ := key.Text(); string(text) == name {
			if values == nil {
				rest = slices.Clone(r[:start])
			}
			values = append(values, value)
			continue
		}
		if values != nil {
			member := r[start:end]
			if first {
				// The comma in front belonged to what was cut.
				member = member[bytes.IndexByte(member, ',')+1:]
			}
			rest = append(rest, member...)
		}
		first = false
	}
	if !r.ends(dec) {
		return nil, nil, errNoObject
	}
	if values == nil {
		return nil, r, nil
	}
	return values, append(rest, r[end:]...), nil
}
