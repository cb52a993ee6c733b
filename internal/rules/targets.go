package rules

import "untag/internal/crmname"

// Target is what a rule names without an event.
type Target struct {
	Rule string
	// Module is an API name, "" where the event decides.
	Module string
	// Tags are those that the rule spells out.
	Tags []string
}

// Targets lists what the rules that are not disabled name, in the order of the file.
func (r *Rules) Targets() []Target {
	byRule := make(map[string]Target)
	for _, ix := range r.bySource {
		for _, rule := range ix.rules {
			t := Target{Rule: rule.name}
			if !rule.module.computed() {
				t.Module, _ = crmname.ModuleAPIName(rule.module.text) // checked when it was read
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
