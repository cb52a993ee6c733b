package rules

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"untag/internal/condition"
)

var (
	ruleKeys   = []string{"name", "about", "on", "when", "record", "where", "remove", "keep", "mode", "disabled"}
	recordKeys = []string{"module", "id", "find", "missing"}
	findKeys   = []string{"email", "phone", "region", "criteria", "many", "wait"}
)

// The modes of a rule.
const (
	modeRemove  = "remove"
	modeObserve = "observe"
)

// rule is one checked rule of the file.
type rule struct {
	name     string
	at       place
	on       []string
	disabled bool
	// observe says that its tags are only told, not taken off.
	observe bool
	when    *condition.Condition
	where   *condition.Condition
	module  *template
	id      []*condition.Expression
	find    *find
	// skipMissing says that a missing id or address is nothing to do, not an error.
	skipMissing bool
	names       []*template
	patterns    []string
	keep        []string
}

func (d *document) readRule(node *yaml.Node) *rule {
	what := "the rule"
	if n := resolve(node); n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == "name" && n.Content[i+1].Value != "" {
				what = "rule `" + n.Content[i+1].Value + "`"
			}
		}
	}
	m := d.readMapping(node, what, ruleKeys)
	if m == nil {
		return nil
	}
	r := &rule{at: at(node), disabled: m.boolean("disabled")}
	if n := m.required("name", "give it a name, which logs and tests show"); n != nil {
		r.name, _ = m.text("name", n)
		r.at = at(n)
	}
	if n := m.optional("about"); n != nil {
		m.text("about", n) // only people read it; here only its form matters
	}
	d.readOn(m, r)
	d.noteUnsigned(r.on)
	if n := m.required("when", "write `when: true` if the rule applies to every event"); n != nil {
		r.when = d.condition(n, "when")
		d.refuseRecord(n, r.when)
	}
	if n := m.optional("where"); n != nil {
		r.where = d.condition(n, "where")
	}
	if n := m.required("record", "write for example `record: {module: Deals, id: event.id}`"); n != nil {
		d.readRecord(n, what, r)
	}
	if n := m.required("remove", "name the tags to remove, as in `remove: [In progress]`"); n != nil {
		d.readRemove(n, what, r)
	}
	r.observe = m.choice("mode", modeRemove, []string{modeRemove, modeObserve}) == modeObserve
	if n := m.optional("keep"); n != nil {
		d.readKeep(n, what, r)
	}
	return r
}

func (d *document) readOn(m *mapping, r *rule) {
	n := m.required("on", d.onHint())
	if n == nil {
		d.lacksOn = true
		return
	}
	var known []string
	for _, s := range d.sources {
		known = append(known, s.Name)
	}
	for _, item := range d.strings(n, "`on` of "+m.what) {
		name := resolve(item).Value
		switch {
		case d.declared[name] == nil:
			hint := didYouMean(name, known)
			if hint == "" && len(known) > 0 {
				hint = "the sources are " + list(known)
			}
			d.wrong(at(item), hint, "there is no source `%s`", name)
		case slices.Contains(r.on, name):
			d.wrong(at(item), "keep one of them", "source `%s` is listed twice", name)
		default:
			d.used[name] = true
			r.on = append(r.on, name)
		}
	}
}

// onHint says what to write for `on`, with a source that the file declares.
func (d *document) onHint() string {
	if len(d.sources) == 0 {
		return "name the source, or a list of sources"
	}
	return "name the source, as in `on: " + d.sources[0].Name + "`, or a list of sources"
}

func (d *document) readRecord(node *yaml.Node, what string, r *rule) {
	m := d.readMapping(node, "`record` of "+what, recordKeys)
	if m == nil {
		return
	}
	if n := m.required("module", "name the module, such as Deals"); n != nil {
		r.module = d.template(n, "`module`")
		if r.module != nil && !r.module.computed() {
			d.checkModule(n, r)
		}
	}
	if n := m.optional("missing"); n != nil {
		text, ok := m.text("missing", n)
		r.skipMissing = text == "skip"
		if ok && !r.skipMissing {
			d.wrong(at(n), "write `missing: skip`, or remove it: then a missing id or address is an error", "`missing` of %s cannot be `%s`", m.what, text)
		}
	}
	id, find := m.optional("id"), m.optional("find")
	switch {
	case id != nil && find != nil:
		d.wrong(at(m.keys["find"]), "keep one of them", "`record` cannot have both `id` and `find`")
	case id != nil:
		r.id = d.expressions(id, "`id`")
	case find != nil:
		d.readFind(find, what, r)
	case m.keys["id"] == nil && m.keys["find"] == nil && !m.meant["id"] && !m.meant["find"]:
		d.wrong(at(node), "write for example `id: event.id`", "`record` of %s has neither `id` nor `find`", what)
	}
}
