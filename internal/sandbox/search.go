package sandbox

import (
	"fmt"
	"strings"
)

// search finds records:
// https://www.zoho.com/crm/developer/docs/api/v2/search-records.html
// As in the real CRM, email and phone search every field of that kind, and equals also
// finds values that only contain the text.
func (sb *Sandbox) search(c call) answer {
	sb.count(func(n *Requests) { n.Searches++ })
	if refused := sb.mayRead(c); refused != nil {
		return *refused
	}
	if !c.granted("ZohoSearch.securesearch.READ") {
		return refuse(scopeMismatch)
	}
	var match func(*record) bool
	switch {
	case c.query.Get("criteria") != "":
		criteria, err := parseCriteria(c.query.Get("criteria"))
		if err != nil {
			return refuse(invalidQuery, "reason", err.Error())
		}
		match = criteria.holds
	case c.query.Get("email") != "":
		email := c.query.Get("email")
		match = anyField([]string{"email"}, func(value string) bool { return containsFold(value, email) })
	case c.query.Get("phone") != "":
		phone := digits(c.query.Get("phone"))
		match = anyField([]string{"phone", "mobile"}, func(value string) bool {
			return phone != "" && strings.Contains(digits(value), phone)
		})
	default:
		return refuse(paramMissing, "param_name", "criteria")
	}
	sb.mu.Lock()
	defer sb.mu.Unlock()
	var found []*record
	indexed := sb.config.Now().Sub(sb.made) >= sb.config.SearchLag
	for _, rec := range sb.store.all(c.path[0]) {
		if indexed && match(rec) {
			found = append(found, rec)
		}
	}
	return sb.pageOf(c, found)
}

// anyField matches a record if holds is true for a field whose name contains one of the
// parts.
func anyField(parts []string, holds func(string) bool) func(*record) bool {
	return func(rec *record) bool {
		for name, value := range rec.fields {
			text, ok := value.(string)
			for _, part := range parts {
				if ok && containsFold(name, part) && holds(text) {
					return true
				}
			}
		}
		return false
	}
}

func containsFold(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// text returns a field's value as a criterion compares it. The value of a look-up field is
// the name of the record that it refers to, or its id with Field.id.
func (rec *record) text(field string) (string, bool) {
	if field == "id" {
		return rec.id, true
	}
	field, part, dotted := strings.Cut(field, ".")
	value := rec.fields[field]
	if lookUp, ok := value.(map[string]any); ok {
		switch {
		case !dotted:
			value = lookUp["name"]
		case part == "id":
			value = lookUp["id"]
		default:
			return "", false
		}
	} else if dotted {
		return "", false
	}
	switch value.(type) {
	case nil, []any, map[string]any:
		return "", false
	}
	return fmt.Sprint(value), true
}
