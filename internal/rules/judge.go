package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"untag/internal/event"
)

// judge warns of conditions that cannot be meant.
func (d *document) judge(n *yaml.Node, c *condition, what string) {
	if v := c.constant(); v == false {
		d.wrong(d.locate(n, 0), "use `disabled: true` to switch a rule off", "`%s` is always false", what)
	}
	if path, ok := c.contradiction(); ok && c.constant() != false {
		d.wrong(d.locate(n, 0), "use `or` if one of them is enough", "`%s` is always false: %s cannot have two different values at once", what, path)
	}
	for _, p := range c.parts() {
		d.warnUnsigned(d.locate(n, p.offset), p.paths)
		for _, path := range p.paths {
			if path.root == "headers" && len(path.names) > 0 && path.names[0] != strings.ToLower(path.names[0]) {
				d.wrong(d.locate(n, p.offset), "write headers["+strconv.Quote(strings.ToLower(path.names[0]))+"]",
					"header names are in lower case here, so `%s` is always missing", path)
			}
		}
		for _, path := range nilComparisons(p.text) {
			d.warn(d.locate(n, p.offset), fmt.Sprintf("use has(%s) to check whether the field is present", path),
				"`%s` is unknown, not true, if %s is missing", p.text, path)
		}
	}
}

// constant is the value of a condition as far as its constant parts decide it;
// unknown where the event does.
func (c *condition) constant() any {
	switch c.op {
	case opNot:
		return not(c.kids[0].constant())
	case opAnd, opOr:
		result := any(c.op == opAnd)
		for _, kid := range c.kids {
			if c.op == opAnd {
				result = and(result, kid.constant())
			} else {
				result = or(result, kid.constant())
			}
		}
		return result
	}
	if len(c.part.paths) > 0 || strings.Contains(c.part.text, "now") || strings.Contains(c.part.text, "$") {
		return missing("")
	}
	return c.part.evaluate(eventScope(event.Event{}))
}

// contradiction gives a field that would have to equal two constants at once.
func (c *condition) contradiction() (string, bool) {
	wanted := make(map[string]*membership)
	for _, n := range c.needs() {
		if len(n) != 1 {
			continue
		}
		m, name := n[0], n[0].path.String()
		before := wanted[name]
		if before == nil {
			wanted[name] = m
			continue
		}
		both := &membership{path: m.path, kind: m.kind}
		for _, value := range m.values {
			if slices.Contains(before.values, value) {
				both.values = append(both.values, value)
			}
		}
		if len(both.values) == 0 {
			return name, true
		}
		wanted[name] = both
	}
	return "", false
}

// nilComparisons lists the fields that a part compares with nil.
func nilComparisons(text string) []string {
	if !strings.Contains(text, "nil") {
		return nil
	}
	var paths []string
	comparison := regexp.MustCompile(`\b(event(?:\.[A-Za-z_]\w*)+)\s*[!=]=\s*nil\b`)
	for _, m := range comparison.FindAllStringSubmatch(text, -1) {
		paths = append(paths, m[1])
	}
	return paths
}
