package rules

import (
	"strings"
	"unicode/utf8"

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
			d.checkPieces(item, t)
			r.names = append(r.names, t)
		case isPattern(t.text):
			d.readPattern(item, t.text, &r.patterns)
		default:
			if err := crmname.CheckTag(t.text); err != nil {
				d.wrong(at(item), tagHint(t.text, "remove"), "%v", err)
			}
			r.names = append(r.names, t)
		}
		if t != nil {
			seen[t.text] = true
		}
	}
}

func (d *document) readPattern(n *yaml.Node, text string, into *[]string) {
	switch plain := strings.ReplaceAll(text, "*", ""); {
	case strings.ContainsAny(text, ",<>"):
		d.wrong(at(n), tagHint(text, "remove"), "`%s` never matches, as no tag can contain a comma, `<` or `>`", text)
	case utf8.RuneCountInString(plain) > crmname.MaxTag:
		d.wrong(at(n), tagHint(plain, "remove"), "`%s` never matches, as a tag in Zoho CRM has at most %d characters", text, crmname.MaxTag)
	default:
		*into = append(*into, text)
	}
}

// checkPieces warns about a computed tag whose plain text no tag can have.
func (d *document) checkPieces(n *yaml.Node, t *template) {
	length := 0
	for _, p := range t.pieces {
		length += utf8.RuneCountInString(p.plain)
		if strings.ContainsAny(p.plain, ",<>") {
			d.warn(at(n), tagHint(t.text, "remove"), "`%s` never names a tag, as no tag can contain a comma, `<` or `>`", t.text)
			return
		}
	}
	if length > crmname.MaxTag {
		d.warn(at(n), tagHint("", "remove"), "`%s` never names a tag, as a tag in Zoho CRM has at most %d characters", t.text, crmname.MaxTag)
	}
}

// tagHint says what to write instead of a text that cannot be the name of a tag.
func tagHint(text, key string) string {
	switch {
	case strings.Contains(text, ","):
		return "write several tags as a list, as in `" + key + ": [In progress, Waiting]`"
	case strings.TrimSpace(text) != text:
		return "remove the white space around it"
	}
	return "copy the name of the tag as Zoho CRM shows it"
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
			d.wrong(at(item), tagHint(text, "keep"), "%v", err)
		}
		r.keep = append(r.keep, text)
	}
}
