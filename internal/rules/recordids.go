package rules

import (
	"fmt"
	"strconv"
	"strings"

	"untag/internal/condition"
	"untag/internal/crmname"
)

// maxRecords limits the records that all rules together may name for one event. More would
// keep the other events of its batch waiting.
const maxRecords = 10_000

// namedRecords counts the records that the rules of one event name.
type namedRecords struct {
	// atMost counts a record once for each rule that names it. Only if that exceeds the
	// limit does it matter which of them are the same.
	atMost int
	seen   map[namedRecord]struct{}
}

type namedRecord struct{ module, id string }

// add counts the records of a candidate that comes after others. It returns an error if they
// are too many; then they do not count, and the next rules have the rest of the limit.
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
	return fmt.Sprintf("more than %d records, which is the limit for one event; send them in several events", maxRecords)
}

func (n *namedRecords) mark(c Candidate) {
	for _, id := range c.IDs {
		n.seen[namedRecord{c.Module, id}] = struct{}{}
	}
}

// idList is the ids that a rule names, each once.
type idList struct {
	ids  []string
	seen map[string]struct{}
	// rounded are those that came as numbers and look rounded.
	rounded map[string]bool
}

// recordIDs returns the ids that the expressions name. One value that is not an id is an
// error: the rule would act on only some of the records that it means. Without ids, nothing
// says why there is nothing to do.
func (r *rule) recordIDs(run *condition.Run) (list idList, nothing string, err error) {
	for _, e := range r.id {
		items, err := idValues(e, run)
		if err != nil && !r.skips(err) {
			return idList{}, "", fmt.Errorf("id: `%s` %w", e, err)
		}
		if len(items) == 0 && nothing == "" {
			nothing = "`" + e.String() + "` is an empty list"
			if err != nil {
				nothing = "`" + e.String() + "` " + err.Error()
			}
		}
		if list.seen == nil && (len(items) > 1 || len(r.id) > 1) {
			list.seen = make(map[string]struct{}, min(len(items), maxRecords))
		}
		for _, item := range items {
			id, ok := recordID(item)
			if missing := item == nil || item == ""; !ok && missing && r.skipMissing {
				nothing = "`" + e.String() + "` " + notAnID(item)
				continue
			}
			if !ok {
				return idList{}, "", fmt.Errorf("id: `%s` %s", e, notAnID(item))
			}
			if _, again := list.seen[id]; again {
				continue
			}
			if len(list.ids) == maxRecords {
				return idList{}, "", fmt.Errorf("id: `%s` names %s", e, tooManyRecords())
			}
			list.add(id, item)
		}
	}
	if len(list.ids) > 0 {
		nothing = ""
	}
	return list, nothing, nil
}

func (l *idList) add(id string, from any) {
	if l.seen != nil {
		l.seen[id] = struct{}{}
	}
	l.ids = append(l.ids, id)
	if _, number := from.(int); number && crmname.LooksRounded(id) {
		if l.rounded == nil {
			l.rounded = make(map[string]bool)
		}
		l.rounded[id] = true
	}
}

// idValues returns what an expression names: the elements of a list, or the one value.
func idValues(e *condition.Expression, run *condition.Run) ([]any, error) {
	value, unknown := e.Value(run)
	if unknown != nil {
		return nil, newNoValue(e, unknown)
	}
	if items, isList := value.([]any); isList {
		return items, nil
	}
	return []any{value}, nil
}

// recordID accepts a string of digits, with or without zcrm_ before them, or a whole number.
// It copies the string, which would otherwise keep the text of the whole event in memory.
func recordID(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		id, err := crmname.RecordID(v)
		if err != nil {
			return "", false
		}
		return strings.Clone(id), true
	case int:
		return strconv.Itoa(v), v >= 0
	}
	return "", false
}

const asText = "so the sender has probably rounded it; have it send the id as text, in quotation marks"

func notAnID(v any) string {
	switch v := v.(type) {
	case string:
		switch {
		case v == "":
			return "is an empty string, not a record id"
		case crmname.IsExponent(v):
			return "is a number in exponent notation, " + asText
		case isDecimal(v):
			return "is a number with a decimal point, " + asText
		}
		return "is not a record id: a string of 1 to 20 digits"
	case float64:
		if v >= 1<<53 {
			return "is a number in exponent notation or with a decimal point, " + asText
		}
	}
	return "is " + condition.TypeOf(v) + ", not a record id: a string of digits, a whole number, or a list of those"
}

// isDecimal reports whether a string is a whole number with zeros after a decimal point, as
// written by programs that take an id for a decimal number.
func isDecimal(text string) bool {
	whole, zeros, ok := strings.Cut(text, ".")
	return ok && zeros != "" && strings.Trim(zeros, "0") == "" && crmname.CheckID(whole) == nil
}
