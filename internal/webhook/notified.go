package webhook

import (
	"errors"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"untag/internal/event"
	"untag/internal/jsonvalue"
)

// The members of a notification that are about its records. All others are about all of them.
const (
	idsMember    = "ids"
	valuesMember = "affected_values"
	fieldsMember = "affected_fields"
)

// maxCopies limits the memory for the notifications of all records, each of which repeats what
// they have in common.
const maxCopies = 16 << 20

var errCopies = errors.New("the notification says too much that is about all of its records, and would be over 16 MiB as one event for each")

// isNotification reports whether a body is a notification of Zoho CRM. A source can receive
// other webhooks of Zoho too, which the token in a header proves: only notifications have a
// channel.
func isNotification(from event.Source, d event.Delivery, doc jsonvalue.Raw) bool {
	return d.Proof == notification || from.Accepts(notification) && doc.Member("channel_id") != nil
}

// splitNotification returns a delivery for each record that a notification names. One that
// names no more than one is unchanged, and so is one that Parse will refuse.
func splitNotification(d event.Delivery, doc jsonvalue.Raw) ([]event.Delivery, error) {
	if ids, err := doc.Member(idsMember).List(); err != nil || len(ids) < 2 {
		return []event.Delivery{d}, nil
	}
	if _, err := jsonvalue.Decode(doc); err != nil {
		return []event.Delivery{d}, nil
	}
	elements, err := notified(doc)
	switch {
	case err != nil:
		return nil, splitError(d.Source, err)
	case elements == nil:
		return []event.Delivery{d}, nil
	}
	return parts(d, elements, nil), nil
}

// notified returns a notification for each record that a notification names, nil if it names
// fewer than two. Each has one id, and only the values and fields of this record. If it has
// values or fields of a record that it does not name, one more notification has them, without
// an id: a rule that reads only the values still sees all of them.
func notified(doc jsonvalue.Raw) ([]jsonvalue.Raw, error) {
	members, err := doc.Object()
	if err != nil {
		return nil, err
	}
	ids, err := members[idsMember].List()
	if err != nil {
		return nil, err
	}
	shares := sharesOf(ids)
	if len(shares.order) < 2 {
		return nil, nil
	}
	hasValues := shares.addValues(members[valuesMember])
	hasFields := shares.addFields(members[fieldsMember])
	if !shares.rest.isEmpty() {
		shares.order = append(shares.order, &shares.rest)
	}
	if len(shares.order) > MaxEvents {
		return nil, errTooMany
	}
	delete(members, idsMember)
	if hasValues {
		delete(members, valuesMember)
	}
	if hasFields {
		delete(members, fieldsMember)
	}
	common := jsonvalue.Raw("{")
	for _, name := range slices.Sorted(maps.Keys(members)) {
		common = append(appendMember(common, name, members[name]), ',')
	}
	if len(common)*len(shares.order) > maxCopies {
		return nil, errCopies
	}
	list := make([]jsonvalue.Raw, len(shares.order))
	for i, own := range shares.order {
		text := appendMember(slices.Clone(common), idsMember, listOf(own.id))
		if hasValues {
			text = appendMember(append(text, ','), valuesMember, listOf(own.values))
		}
		if hasFields {
			text = appendMember(append(text, ','), fieldsMember, listOf(own.fields))
		}
		list[i] = append(text, '}')
	}
	return list, nil
}

// share is what a notification has of one record. The id is a list, because the share of
// records that are not named has none.
type share struct{ id, values, fields []jsonvalue.Raw }

func (s share) isEmpty() bool { return len(s.values)+len(s.fields) == 0 }

// shares are those of all records.
type shares struct {
	order []*share
	byID  map[string]*share
	// rest has what is of no record that the notification names.
	rest share
}

// sharesOf returns the shares of the records with these ids, each once.
func sharesOf(ids []jsonvalue.Raw) *shares {
	s := &shares{byID: make(map[string]*share, len(ids))}
	for _, id := range ids {
		key, ok := scalarText(id)
		if !ok || kindOf(id) == jsontext.KindNull {
			key = "not an id: " + string(id)
		}
		if s.byID[key] == nil {
			s.byID[key] = &share{id: []jsonvalue.Raw{id}}
			s.order = append(s.order, s.byID[key])
		}
	}
	return s
}

func (s *shares) of(id string) *share {
	if own := s.byID[id]; own != nil {
		return own
	}
	return &s.rest
}

// addValues adds each element to the share of the record that it names. It returns false if
// the value is not a list.
func (s *shares) addValues(value jsonvalue.Raw) bool {
	elements, err := value.List()
	for _, element := range elements {
		own := &s.rest
		if kindOf(element) == jsontext.KindBeginObject {
			if id := element.Member("record_id"); id != nil {
				text, _ := scalarText(id)
				own = s.of(text)
			}
		}
		own.values = append(own.values, element)
	}
	return err == nil
}

// addFields does the same with elements that have the id as the name of a member.
func (s *shares) addFields(value jsonvalue.Raw) bool {
	elements, err := value.List()
	for _, element := range elements {
		members, err := element.Object()
		if err != nil {
			s.rest.fields = append(s.rest.fields, element)
			continue
		}
		for _, id := range slices.Sorted(maps.Keys(members)) {
			own := s.of(id)
			own.fields = append(own.fields, append(appendMember(jsonvalue.Raw("{"), id, members[id]), '}'))
		}
	}
	return err == nil
}

func appendMember(text jsonvalue.Raw, name string, value jsonvalue.Raw) jsonvalue.Raw {
	// In JSON that has been checked every name can be quoted.
	text, _ = jsontext.AppendQuote(text, name)
	return append(append(text, ':'), value...)
}

func listOf(elements []jsonvalue.Raw) jsonvalue.Raw {
	text := jsonvalue.Raw("[")
	for i, element := range elements {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, element...)
	}
	return append(text, ']')
}
