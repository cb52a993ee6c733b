package condition

import (
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/parser/utils"
)

// Path is a field: a root such as event, and the names below it.
type Path struct {
	Root  string
	Names []string
}

// String returns the path as an expression, as in event["lead-source"].id.
func (p *Path) String() string { return p.Root + below(p.Names) }

func below(names []string) string {
	var b strings.Builder
	for _, name := range names {
		if utils.IsValidIdentifier(name) {
			b.WriteString("." + name)
		} else {
			b.WriteString("[" + strconv.Quote(name) + "]")
		}
	}
	return b.String()
}

// Find looks up the value of the path, and reports whether it exists.
func (p *Path) Find(s *Scope) (any, bool) {
	v, depth := p.find(s)
	return v, depth == len(p.Names)
}

// find follows the names of the path as far as they exist. It returns the value at which it
// ended and how many names it has followed.
func (p *Path) find(s *Scope) (v any, depth int) {
	if p.Root == "headers" && len(p.Names) > 0 {
		value, found := s.Headers[p.Names[0]]
		if !found {
			return nil, 0
		}
		v, depth = value, 1
	} else {
		v = s.root(p.Root)
	}
	for _, name := range p.Names[depth:] {
		object, ok := v.(map[string]any)
		if !ok {
			return v, depth
		}
		next, ok := object[name]
		if !ok {
			return v, depth
		}
		v, depth = next, depth+1
	}
	return v, depth
}

// Read is a path that an expression reads, and its offset in runes of the expression.
type Read struct {
	Path   Path
	Offset int
}

// Reads lists the paths that an expression reads, each once, as far as they are known without
// evaluating it. A root alone means that anything below it may be read.
func (e *Expression) Reads() []Read {
	var list []Read
	seen := make(map[string]bool)
	var walk func(n *node)
	walk = func(n *node) {
		p, ok := readPath(n)
		if !ok {
			for _, kid := range n.kids {
				walk(kid)
			}
			return
		}
		if name := p.String(); !seen[name] && p.Root != "now" {
			seen[name] = true
			list = append(list, Read{Path: *p, Offset: n.at})
		}
	}
	walk(e.root)
	return list
}

// readPath returns the path that a node reads. It treats `?.` like a dot.
func readPath(n *node) (*Path, bool) {
	switch n.form {
	case formRoot, formPath:
		return n.path, true
	case formHas:
		return readPath(n.kids[0])
	case formMember, formOptional:
		name, ok := n.kids[1].value.(string)
		if !ok || n.kids[1].form != formConstant {
			return nil, false
		}
		p, ok := readPath(n.kids[0])
		if !ok {
			return nil, false
		}
		return &Path{p.Root, append(slices.Clone(p.Names), name)}, true
	}
	return nil, false
}

// Spell writes the place of a value as an expression, as in event.items[0]["lead-source"]: a
// root, and the names and positions below it. A step that is neither a string nor an int is
// left out.
func Spell(root string, steps ...any) string {
	var b strings.Builder
	b.WriteString(root)
	for _, step := range steps {
		switch step := step.(type) {
		case string:
			b.WriteString(below([]string{step}))
		case int:
			b.WriteString("[" + strconv.Itoa(step) + "]")
		}
	}
	return b.String()
}
