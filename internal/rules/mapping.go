package rules

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// mapping reads the keys of one YAML mapping strictly: unknown and repeated keys are faults.
type mapping struct {
	f      *faults
	what   string
	node   *yaml.Node
	values map[string]*yaml.Node
	keys   map[string]*yaml.Node
	// merges says that it has a merge key, which is reported.
	merges bool
	// meant are the keys that an unknown key, which is reported, stands for.
	meant map[string]bool
}

func at(n *yaml.Node) place { return place{max(n.Line, 1), max(n.Column, 1)} }

// resolve follows an alias to its value.
func resolve(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// readMapping checks the keys of a mapping against the known ones. It returns nil if the
// node is not a mapping.
func (f *faults) readMapping(node *yaml.Node, what string, known []string) *mapping {
	n := resolve(node)
	if n.Kind != yaml.MappingNode {
		if len(known) == 0 {
			f.wrong(at(node), example(what), "%s must be names with values, as in `name: value`, found %s", what, kindName(n))
			return nil
		}
		f.wrong(at(node), example(what), "%s must be a set of keys (%s), found %s", what, list(known), kindName(n))
		return nil
	}
	m := &mapping{f: f, what: what, node: node, values: make(map[string]*yaml.Node), keys: make(map[string]*yaml.Node), meant: make(map[string]bool)}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		name := key.Value
		switch {
		case m.keys[name] != nil:
			f.wrong(at(key), "keep one of them", "the key `%s` of %s occurs twice", name, what)
		case key.Tag == "!!merge":
			m.merges = true
			f.wrong(at(key), "write the keys out; what many values share can be an alias, as in `record: *deal`", "%s uses YAML's merge key `<<`, which untag does not read", what)
		case known != nil && !slices.Contains(known, name):
			m.unknown(key, value, known)
		default:
			m.keys[name], m.values[name] = key, value
		}
	}
	return m
}

func (m *mapping) unknown(key, value *yaml.Node, known []string) {
	elsewhere := otherPlace(m.what, key.Value)
	if secretKey(key.Value) && (elsewhere == "" || resolve(value).Kind != yaml.MappingNode) {
		m.f.wrong(at(key), secretHint, "%s has a secret in the file, under `%s`", m.what, key.Value)
		m.f.list[len(m.f.list)-1].Masked = true
		return
	}
	meant, hint := meantKey(key.Value, known)
	m.meant[meant] = true
	switch {
	case resolve(m.node).Style&yaml.FlowStyle != 0 && value.Tag == "!!null" && value.Value == "":
		hint = flowHint // no colon follows: it is the end of the value before it
	case hint == "":
		hint = "use one of " + list(known)
	}
	if elsewhere != "" && hint != flowHint {
		hint = elsewhere
	}
	m.f.wrong(at(key), hint, "%s cannot have a key `%s`", m.what, key.Value)
}

// secretHint says what to do about a secret in the rules file. Removing it is not enough, as
// the file is in a repository and in the function's package.
const secretHint = "everyone who can read the file, or an older version of it, knows this secret: remove it here, set a new one at the sender, " +
	"and store that in AWS Secrets Manager, in the secret that WEBHOOK_SECRET_ID names, under the name of the source"

// secretKey reports whether the name of a key suggests that its value is a secret.
func secretKey(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"secret", "password", "token", "key", "signature"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// required returns the value of a key that must be present and not empty.
func (m *mapping) required(name, hint string) *yaml.Node {
	n, ok := m.values[name]
	if !ok {
		if !m.merges && !m.meant[name] {
			m.f.wrong(at(m.node), hint, "%s has no `%s`", m.what, name)
		}
		return nil
	}
	return m.filled(name, hint, n)
}

// optional returns the value of a key that may be missing, but not empty.
func (m *mapping) optional(name string) *yaml.Node {
	n, ok := m.values[name]
	if !ok {
		return nil
	}
	if isFilled(resolve(n)) {
		return n
	}
	return m.filled(name, emptyHint(m.what, name), n)
}

// isFilled reports whether a node has a value.
func isFilled(r *yaml.Node) bool {
	if r.Kind == yaml.ScalarNode {
		return r.Tag != "!!null" && strings.TrimSpace(r.Value) != ""
	}
	return r.Tag != "!!null" && len(r.Content) > 0
}

func (m *mapping) filled(name, hint string, n *yaml.Node) *yaml.Node {
	r := resolve(n)
	if !isFilled(r) {
		if !ownTag(r) { // else already reported
			m.f.wrong(at(n), hint, "`%s` of %s is empty", name, m.what)
		}
		return nil
	}
	return n
}

// text returns the value of a scalar as text. It reports any other node and returns false.
func (m *mapping) text(name string, n *yaml.Node) (string, bool) {
	return m.f.text(n, fmt.Sprintf("`%s` of %s", name, m.what))
}

func (f *faults) text(n *yaml.Node, what string) (string, bool) {
	r := resolve(n)
	if r.Kind != yaml.ScalarNode {
		f.wrong(at(n), notAStringHint(r), "%s must be a string, found %s", what, kindName(r))
		return "", false
	}
	return r.Value, true
}

// strings returns the nodes of a string or of a list of strings.
func (f *faults) strings(n *yaml.Node, what string) []*yaml.Node {
	r := resolve(n)
	switch r.Kind {
	case yaml.ScalarNode:
		return []*yaml.Node{n}
	case yaml.SequenceNode:
		var items []*yaml.Node
		for _, item := range r.Content {
			value := resolve(item)
			if value.Kind != yaml.ScalarNode || value.Tag == "!!null" || strings.TrimSpace(value.Value) == "" {
				f.wrong(at(item), notAStringHint(value), "every item of %s must be a string, found %s", what, kindName(value))
				continue
			}
			items = append(items, item)
		}
		return items
	}
	f.wrong(at(n), notAStringHint(r), "%s must be a string or a list of strings, found %s", what, kindName(r))
	return nil
}

func (m *mapping) boolean(name string) bool {
	n := m.optional(name)
	if n == nil {
		return false
	}
	r := resolve(n)
	if r.Tag != "!!bool" {
		m.f.wrong(at(n), "write true or false, without quotation marks", "`%s` of %s must be true or false, found %s", name, m.what, kindName(r))
		return false
	}
	return strings.EqualFold(r.Value, "true")
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a set of keys"
	case yaml.SequenceNode:
		if len(n.Content) == 0 {
			return "an empty list"
		}
		return "a list"
	}
	switch n.Tag {
	case "!!null":
		return "nothing"
	case "!!bool":
		return "true or false"
	case "!!int", "!!float":
		return "a number"
	}
	if strings.TrimSpace(n.Value) == "" {
		return "an empty string"
	}
	return "a string"
}

func list(names []string) string {
	return "`" + strings.Join(names, "`, `") + "`"
}

func (m *mapping) plain(name string) string {
	n := m.optional(name)
	if n == nil {
		return ""
	}
	value, _ := m.text(name, n)
	return value
}

func (m *mapping) choice(name, standard string, values []string) string {
	value := m.plain(name)
	if value == "" {
		return standard
	}
	if !slices.Contains(values, value) {
		hint := didYouMean(value, values)
		if hint == "" {
			hint = "use one of " + list(values)
		}
		m.f.wrong(at(m.values[name]), hint, "`%s` is not a valid `%s`", value, name)
	}
	return value
}

func (m *mapping) headerName(n *yaml.Node, name string) {
	for _, c := range name {
		if c <= ' ' || c >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c) {
			name, value, _ := strings.Cut(name, ":")
			hint := "write only the name, without a colon and a value"
			if c == ',' {
				hint = "write several as a list, as in `[X-Signature, X-Other-Signature]`"
			}
			if value = strings.TrimSpace(value); value != "" {
				hint += "; if the value is a secret, " + secretHint
			}
			m.f.wrong(at(n), hint, "%q is not the name of a header", name)
			m.f.list[len(m.f.list)-1].Masked = value != ""
			return
		}
	}
}
