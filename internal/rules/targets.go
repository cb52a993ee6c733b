package rules

import "untag/internal/crmname"

// Target is what a rule names without an event.
type Target struct {
	Rule string
	// Module is an API name, "" if the event decides it.
	Module string
	// Tags are the tags that the rule spells out.
	Tags []string
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
