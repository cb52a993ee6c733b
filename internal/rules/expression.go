package rules

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"untag/internal/condition"
)

// expression reads an expression of the file. It returns nil if that has a fault.
func (d *document) expression(n *yaml.Node, what string) *condition.Expression {
	source, ok := d.text(n, what)
	if !ok {
		return nil
	}
	e, err := condition.Parse(source)
	if err != nil {
		d.expressionFault(n, 0, err)
		return nil
	}
	d.warnUnsigned(n, 0, e)
	if reads(e, "record") {
		d.wrong(at(n), "use a `where`", "%s cannot see the record, as untag reads it later", what)
	}
	return e
}

// expressions reads an expression or a list of them.
func (d *document) expressions(n *yaml.Node, what string) []*condition.Expression {
	var list []*condition.Expression
	for _, item := range d.strings(n, what) {
		if e := d.expression(item, what); e != nil {
			list = append(list, e)
		}
	}
	return list
}

// condition reads a condition of the file. It returns nil if that has a fault.
func (d *document) condition(n *yaml.Node, what string) *condition.Condition {
	source, ok := d.text(n, "`"+what+"`")
	if !ok {
		return nil
	}
	c, err := condition.ParseCondition(source)
	if err != nil {
		d.expressionFault(n, 0, err)
		return nil
	}
	d.checkSense(n, c, what)
	return c
}

// expressionFault reports what is wrong with an expression that begins at an offset, in
// runes, of a scalar.
func (d *document) expressionFault(n *yaml.Node, offset int, err error) {
	var f *condition.Fault
	if !errors.As(err, &f) {
		d.wrong(at(n), "", "%s", err)
		return
	}
	hint := f.Hint
	text := resolve(n).Value
	atEnd := offset+f.Offset >= len([]rune(text))-1 && !strings.ContainsAny(text[max(len(text)-1, 0):], ")]}")
	switch {
	case atEnd && d.cutInFlow(n):
		hint = flowHint
	case atEnd && d.commented(n):
		hint = "YAML takes ` #` and what follows for a comment; write the expression on the lines below `>-`"
	}
	d.wrong(d.locate(n, offset+f.Offset), hint, "%s", f.Message)
}

// checkSense reports conditions that are valid but cannot be what the author means.
func (d *document) checkSense(n *yaml.Node, c *condition.Condition, what string) {
	truth, constant := c.Constant()
	switch path, contradicts := c.Contradiction(); {
	case constant && truth == condition.False:
		d.wrong(d.locate(n, 0), "use `disabled: true` to switch a rule off", "`%s` is always false", what)
	case !constant && contradicts:
		d.wrong(d.locate(n, 0), "use `or` if one of them is enough", "`%s` is always false: %s cannot have two different values at once", what, &path)
	}
	d.warnUnsigned(n, 0, &c.Expression)
	for _, read := range c.Reads() {
		if path := read.Path; path.Root == "headers" && len(path.Names) > 0 && path.Names[0] != strings.ToLower(path.Names[0]) {
			d.wrong(d.locate(n, read.Offset), "write headers["+strconv.Quote(strings.ToLower(path.Names[0]))+"]",
				"header names are in lower case here, so `%s` is always missing", &path)
		}
	}
	for _, comparison := range c.NilComparisons() {
		d.warn(d.locate(n, comparison.Offset), "use has("+comparison.Path+") to check whether the field is present",
			"`%s` is unknown, not true, if %s is missing", comparison.Text, comparison.Path)
	}
}

// refuseRecord reports the first use of the record in a `when`.
func (d *document) refuseRecord(n *yaml.Node, c *condition.Condition) {
	if c == nil {
		return
	}
	for _, read := range c.Reads() {
		if read.Path.Root == "record" {
			d.wrong(d.locate(n, read.Offset), "move this part to `where`", "`when` cannot see the record, as untag reads it later")
			return
		}
	}
}

// reads reports whether an expression reads a name.
func reads(e *condition.Expression, root string) bool {
	return slices.ContainsFunc(e.Reads(), func(r condition.Read) bool { return r.Path.Root == root })
}
