package webhook

import "untag/internal/jsonvalue"

// maxIndex is how many members of an object an index keeps.
const maxIndex = 64

// index keeps the members of an object that were read, because several of them are looked for.
type index struct {
	of   *byte // the first byte of the object
	rest members
	read []member
}

type member struct {
	name  string
	value jsonvalue.Raw
}

// member returns the first member of an object with this name, nil if there is none.
func (x *index) member(object jsonvalue.Raw, name string) jsonvalue.Raw {
	if len(object) == 0 {
		return nil
	}
	if x.of != &object[0] {
		if value, found := endMember(object, name); found {
			return value
		}
		x.of, x.rest, x.read = &object[0], membersOf(object), x.read[:0]
	}
	for _, m := range x.read {
		if m.name == name {
			return m.value
		}
	}
	for len(x.read) < maxIndex && x.rest.next() {
		m := member{x.rest.plainName(), x.rest.value}
		x.read = append(x.read, m)
		if m.name == name {
			return m.value
		}
	}
	found := member{name: name}
	if !x.rest.done {
		for others := x.rest; others.next(); {
			if others.is(name) {
				found.value = others.value
				break
			}
		}
	}
	x.read = append(x.read, found) // also if there is none
	return found.value
}
