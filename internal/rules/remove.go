package rules

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"untag/internal/crmname"
)

// readRemove reads the tags to remove, and separates their names from patterns.
func (d *document) readRemove(node *yaml.Node, what string, r *rule) {
	seen := make(map[string]bool)
	for _, item := range d.strings(node, "`remove` of "+what) {
		t := d.template(item, "`remove`")
		switch {
		case t == nil:
		case seen[t.text]:
			d.wrong(at(item), "keep one of them", "the tag `%s` is listed twice", t.text)
		case t.computed() && isPattern(t.text):
			d.wrong(at(item), "list them as two tags", "a tag cannot contain both `*` and `${…}`")
		case t.computed():
			r.names = append(r.names, t)
		case isPattern(t.text):
			d.readPattern(item, t.text, &r.patterns)
		default:
			if err := crmname.CheckTag(t.text); err != nil {
				d.wrong(at(item), "", "%v", err)
			}
			r.names = append(r.names, t)
		}
		if t != nil {
			seen[t.text] = true
		}
	}
}

func (d *document) readPattern(n *yaml.Node, text string, into *[]string) {
	if strings.ContainsAny(text, ",<>") {
		d.wrong(at(n), "", "`%s` never matches, as no tag can contain a comma, `<` or `>`", text)
		return
	}
	*into = append(*into, text)
}

func (d *document) readKeep(node *yaml.Node, what string, r *rule) {
	if len(r.patterns) == 0 {
		d.wrong(at(node), "remove `keep`, or use a pattern such as \"Stage: *\" in `remove`", "`keep` of %s has no effect, as `remove` has no pattern", what)
		return
	}
	for _, item := range d.strings(node, "`keep` of "+what) {
		text := resolve(item).Value
		if isPattern(text) {
			d.readPattern(item, text, &r.keep)
			continue
		}
		if err := crmname.CheckTag(text); err != nil {
			d.wrong(at(item), "", "%v", err)
		}
		r.keep = append(r.keep, text)
	}
}
