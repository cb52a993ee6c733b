package condition

import "slices"

// Membership is `path == constant` or `path in [constants]`: a part that an index can
// answer. The constants are of one kind, as Key returns them.
type Membership struct {
	Path   Path
	Kind   Kind
	Values []any
}

// Need lists memberships one of which must be true for the condition to be true.
type Need []Membership

// Needs lists what must be true for the condition to be true. It leaves out what depends on
// the record, which is read later.
func (c *Condition) Needs() []Need {
	parts := []*node{c.root}
	if c.root.form == formAnd {
		parts = c.root.kids
	}
	var all []Need
	for _, n := range parts {
		if need := n.need(); need != nil {
			all = append(all, need)
		}
	}
	return all
}

func (n *node) need() Need {
	switch {
	case n.form == formOneOf && !n.negated && n.kids[0].path.Root != "record":
		return Need{{*n.kids[0].path, n.set.kind, n.set.values}}
	case n.form == formOr:
		var either Need
		for _, kid := range n.kids {
			one := kid.need()
			if one == nil || kid.form != formOneOf {
				return nil
			}
			either = append(either, one...)
		}
		return either
	}
	return nil
}

// Contradiction returns a field that would need two different values at once for the
// condition to be true.
func (c *Condition) Contradiction() (Path, bool) {
	wanted := make(map[string]Membership)
	for _, need := range c.Needs() {
		if len(need) != 1 {
			continue
		}
		m, name := need[0], need[0].Path.String()
		if before, ok := wanted[name]; ok {
			m.Values = slices.DeleteFunc(slices.Clone(m.Values), func(v any) bool { return !slices.Contains(before.Values, v) })
			if len(m.Values) == 0 {
				return m.Path, true
			}
		}
		wanted[name] = m
	}
	return Path{}, false
}

// Constant returns the result of a condition if it is the same for every event.
func (c *Condition) Constant() (truth Truth, ok bool) { return c.root.constant() }

func (n *node) constant() (Truth, bool) {
	switch n.form {
	case formConstant:
		b, isBool := n.value.(bool)
		return truthOf(b), isBool
	case formNot:
		truth, ok := n.kids[0].constant()
		return True - truth, ok && (truth == True || truth == False)
	case formAnd, formOr:
		decisive, all := truthOf(n.form == formOr), true
		for _, kid := range n.kids {
			truth, ok := kid.constant()
			if ok && truth == decisive {
				return decisive, true
			}
			all = all && ok
		}
		return True - decisive, all
	}
	return False, false
}
