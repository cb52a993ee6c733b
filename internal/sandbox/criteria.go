package sandbox

import (
	"errors"
	"strings"
)

// criteria is a parsed search expression: a comparison, or two expressions joined.
type criteria struct {
	field, operator, value string
	join                   string // "and", "or", or "" for a comparison
	parts                  []criteria
}

// maxCriteria is the maximum number of comparisons in one search.
const maxCriteria = 10

var errCriteria = errors.New("invalid query formed")

// parseCriteria reads (Field:equals:value) and ((…)and(…)). In a value, the
// characters ( ) , and \ need a backslash before them; a backslash before
// anything else stands for itself.
func parseCriteria(text string) (criteria, error) {
	p := criteriaParser{rest: text}
	c, err := p.group()
	if err != nil {
		return criteria{}, err
	}
	// (A)and(B) needs no brackets around it.
	c, err = p.joined(c)
	if err != nil {
		return criteria{}, err
	}
	if p.rest != "" || p.count > maxCriteria {
		return criteria{}, errCriteria
	}
	return c, nil
}

type criteriaParser struct {
	rest  string
	count int // of comparisons
	depth int // of brackets
}

// group reads one pair of brackets.
func (p *criteriaParser) group() (criteria, error) {
	p.depth++
	defer func() { p.depth-- }()
	if !p.skip("(") || p.count > maxCriteria || p.depth > 2*maxCriteria {
		return criteria{}, errCriteria
	}
	var c criteria
	var err error
	if strings.HasPrefix(p.rest, "(") {
		if c, err = p.group(); err == nil {
			c, err = p.joined(c)
		}
	} else {
		c, err = p.comparison()
	}
	if err != nil || !p.skip(")") {
		return criteria{}, errCriteria
	}
	return c, nil
}

// joined reads and(…) and or(…) after a group, from left to right.
func (p *criteriaParser) joined(first criteria) (criteria, error) {
	for {
		join := ""
		switch {
		case p.skip("and"):
			join = "and"
		case p.skip("or"):
			join = "or"
		default:
			return first, nil
		}
		next, err := p.group()
		if err != nil {
			return criteria{}, err
		}
		first = criteria{join: join, parts: []criteria{first, next}}
	}
}

func (p *criteriaParser) comparison() (criteria, error) {
	p.count++
	field, rest, ok := strings.Cut(p.rest, ":")
	operator, rest, ok2 := strings.Cut(rest, ":")
	if !ok || !ok2 || field == "" || strings.ContainsAny(field, "(),") {
		return criteria{}, errCriteria
	}
	switch operator {
	case "equals", "starts_with":
	default:
		return criteria{}, errCriteria
	}
	p.rest = rest
	value, err := p.value()
	return criteria{field: field, operator: operator, value: value}, err
}

func (p *criteriaParser) value() (string, error) {
	var b strings.Builder
	for i := 0; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == ')':
			p.rest = p.rest[i:]
			if b.Len() == 0 {
				return "", errCriteria
			}
			return b.String(), nil
		case c == '(' || c == ',':
			return "", errCriteria
		case c == '\\' && i+1 < len(p.rest) && strings.IndexByte(`(),\`, p.rest[i+1]) >= 0:
			i++
			b.WriteByte(p.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", errCriteria
}

func (p *criteriaParser) skip(token string) bool {
	rest, ok := strings.CutPrefix(p.rest, token)
	p.rest = rest
	return ok
}

func (c criteria) holds(rec *record) bool {
	switch c.join {
	case "and":
		return c.parts[0].holds(rec) && c.parts[1].holds(rec)
	case "or":
		return c.parts[0].holds(rec) || c.parts[1].holds(rec)
	}
	text, ok := rec.text(c.field)
	if !ok {
		return false
	}
	if c.field == "id" || strings.HasSuffix(c.field, ".id") {
		return text == c.value // an id is found only as a whole
	}
	if c.operator == "starts_with" {
		return strings.HasPrefix(strings.ToLower(text), strings.ToLower(c.value))
	}
	return containsFold(text, c.value)
}
