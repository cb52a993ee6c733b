package rules

import (
	"fmt"
	"strings"

	"untag/internal/crmname"
)

// maxRecords is how many records one event may name, over all its rules. More would keep
// the events that share its batch waiting.
const maxRecords = 10_000

// namedRecords counts the records that the rules of one event name.
type namedRecords struct {
	// atMost counts a record once for each rule that names it. Only where that passes
	// the limit is it worth knowing which of them are the same.
	atMost int
	seen   map[namedRecord]struct{}
}

type namedRecord struct{ module, id string }

// add counts the records of a candidate that comes after others, or reports that they
// are too many; then they do not count, and the rules that follow have what is left.
func (n *namedRecords) add(c Candidate, before []Candidate) error {
	if n.seen == nil && n.atMost+len(c.IDs) <= maxRecords {
		n.atMost += len(c.IDs)
		return nil
	}
	if n.seen == nil {
		n.seen = make(map[namedRecord]struct{}, maxRecords)
		for _, counted := range before {
			n.mark(counted)
		}
	}
	more := 0
	for _, id := range c.IDs {
		if _, known := n.seen[namedRecord{c.Module, id}]; !known {
			more++
		}
	}
	if len(n.seen)+more > maxRecords {
		return fmt.Errorf("id: with this rule, the event names %s", tooManyRecords())
	}
	n.mark(c)
	return nil
}

func tooManyRecords() string {
	return fmt.Sprintf("more than %d records, the most for one event; send them in several events", maxRecords)
}

func (n *namedRecords) mark(c Candidate) {
	for _, id := range c.IDs {
		n.seen[namedRecord{c.Module, id}] = struct{}{}
	}
}

// recordIDs returns the ids that the expressions name, each once. One value that is not
// an id is an error: the rule would act on only some of the records that it means.
func recordIDs(expressions []*expression, s scope) ([]string, error) {
	var ids []string
	var seen map[string]struct{}
	for _, e := range expressions {
		items, err := idValues(e, s)
		if err != nil {
			return nil, err
		}
		if seen == nil && (len(items) > 1 || len(expressions) > 1) {
			seen = make(map[string]struct{}, min(len(items), maxRecords))
		}
		for _, item := range items {
			id, ok := recordID(item)
			if !ok {
				return nil, fmt.Errorf("id: `%s` %s", e.text, notAnID(item))
			}
			if _, again := seen[id]; again {
				continue
			}
			if len(ids) == maxRecords {
				return nil, fmt.Errorf("id: `%s` names %s", e.text, tooManyRecords())
			}
			if seen != nil {
				seen[id] = struct{}{}
			}
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// idValues returns what an expression names: the elements of a list, or the one value.
func idValues(e *expression, s scope) ([]any, error) {
	value := e.evaluate(s)
	items, isList := value.([]any)
	if !isList {
		return []any{value}, nil
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("id: `%s` is an empty list", e.text)
	}
	return items, nil
}

// recordID takes a string of digits or a whole number. A string of an event shares
// the text of the whole event, which the id is not to keep in memory.
func recordID(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		if crmname.CheckID(v) != nil {
			return "", false
		}
		return strings.Clone(v), true
	case int:
		return fmt.Sprint(v), v >= 0
	}
	return "", false
}

func notAnID(v any) string {
	switch v := v.(type) {
	case *unknown:
		return notAText(v)
	case string:
		if v == "" {
			return "is an empty string, not a record id"
		}
		return "is not a record id: a string of 1 to 20 digits"
	}
	return "is " + typeName(v) + ", not a record id: a string of digits, a whole number, or a list of those"
}
