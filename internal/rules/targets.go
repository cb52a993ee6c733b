package rules

import (
	"slices"
	"strings"

	"untag/internal/crmname"
)

// Target is what a rule names without an event.
type Target struct {
	Rule string
	// Module is an API name, "" if the event decides it.
	Module string
	// Tags are the tags that the rule spells out.
	Tags []string
	// Fields are those of the record that the rule reads or searches by, without `id` and
	// `Tag`, which every module has.
	Fields []string
	// Read says that the rule reads the record, Search that it looks for it.
	Read, Search bool
}

// Targets lists what each rule that is not disabled names, in the order of the file.
func (r *Rules) Targets() []Target {
	byRule := make(map[string]Target)
	for _, ix := range r.bySource {
		for _, rule := range ix.rules {
			t := Target{Rule: rule.name}
			if !rule.module.computed() {
				t.Module, _ = crmname.ModuleAPIName(rule.module.text) // already checked
			}
			for _, tag := range rule.names {
				if !tag.computed() {
					t.Tags = append(t.Tags, tag.text)
				}
			}
			t.Read, t.Search = rule.where != nil || len(rule.patterns) > 0, rule.find != nil
			t.Fields = rule.named()
			byRule[rule.name] = t
		}
	}
	var list []Target
	for _, name := range r.names {
		if t, enabled := byRule[name]; enabled {
			list = append(list, t)
		}
	}
	return list
}

// named returns the fields of the record that a rule names, sorted.
func (r *rule) named() []string {
	var names []string
	if r.where != nil {
		names, _ = r.fields()
	}
	if r.find != nil {
		for _, c := range r.find.criteria {
			names = append(names, c.field)
		}
	}
	for i, name := range names {
		names[i], _, _ = strings.Cut(name, ".")
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == "id" || name == "Tag" })
}
