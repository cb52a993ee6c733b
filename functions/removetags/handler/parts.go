package handler

import (
	"maps"
	"slices"
	"strconv"

	"untag/internal/jsonvalue"
)

// parts reads the members of an envelope where they are, each when it is needed. A member
// of another type than the gateways send is a fault of the whole envelope: untag does not
// act on a payload that it only half understands.
type parts struct {
	members map[string]jsonvalue.Raw
	fault   *bool
}

func partsOf(members map[string]jsonvalue.Raw) parts {
	return parts{members, new(bool)}
}

// err returns errUnknownKind if a member had another type than was expected.
func (p parts) err() error {
	if *p.fault {
		return errUnknownKind
	}
	return nil
}

// has reports whether a member exists and is not null.
func (p parts) has(name string) bool {
	value := p.members[name]
	return len(value) > 0 && string(value) != "null"
}

func (p parts) text(name string) string {
	if !p.has(name) {
		return ""
	}
	text, ok := p.members[name].Text()
	*p.fault = *p.fault || !ok
	return string(text)
}

func (p parts) flag(name string) bool {
	value := string(p.members[name])
	*p.fault = *p.fault || p.has(name) && value != "true" && value != "false"
	return value == "true"
}

// number returns a whole number, 0 if there is none.
func (p parts) number(name string) int64 {
	if !p.has(name) {
		return 0
	}
	n, err := strconv.ParseInt(string(p.members[name]), 10, 64)
	*p.fault = *p.fault || err != nil
	return n
}

func (p parts) object(name string) parts {
	if !p.has(name) {
		return parts{nil, p.fault}
	}
	members, err := p.members[name].Object()
	*p.fault = *p.fault || err != nil
	return parts{members, p.fault}
}

// values calls each for the strings, or the lists of strings, of an object. The names are
// sorted, because those of a map have no order.
func (p parts) values(name string, each func(name, value string)) {
	object := p.object(name)
	for _, key := range slices.Sorted(maps.Keys(object.members)) {
		list, err := object.members[key].List()
		if err != nil {
			list = []jsonvalue.Raw{object.members[key]}
		}
		for _, value := range list {
			text, ok := value.Text()
			*p.fault = *p.fault || !ok && string(value) != "null"
			each(key, string(text))
		}
	}
}
