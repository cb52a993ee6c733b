package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"untag/internal/crmname"
	"untag/internal/sandbox"
)

// verdict collects what the events of a test do.
type verdict struct {
	test      *ruleTest
	got       expectation
	explained []explained
	by        map[string]string
}

func (v *verdict) take(x examination, crm *sandbox.Sandbox) {
	if v.by == nil {
		v.by = make(map[string]string)
	}
	v.explained = append(v.explained, newExplained(x, "not checked", crm))
	for _, r := range x.planned.Removals {
		if v.got[r.Module] == nil {
			v.got[r.Module] = make(map[string][]string)
		}
		for _, tag := range r.Tags {
			if !slices.Contains(v.got[r.Module][r.ID], tag) {
				v.got[r.Module][r.ID] = append(v.got[r.Module][r.ID], tag)
			}
			v.by[r.Module+" "+r.ID+" "+tag] = r.Rule
		}
	}
}

// failure returns a readable difference, "" if there is none.
func (v *verdict) failure() string {
	var out strings.Builder
	surprises := make(map[string]bool)
	want, got := flattened(*v.test.Expect), flattened(v.got)
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if !got[key] {
			fmt.Fprintf(&out, "- expected, but not removed: %s\n", clean(strings.Replace(key, "\x00", " ", 2)))
			v.surpriseAll(surprises)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if !want[key] {
			name := strings.Replace(key, "\x00", " ", 2)
			fmt.Fprintf(&out, "+ removed, but not expected: %s (rule %s)\n", clean(name), clean(v.by[name]))
			surprises[v.by[name]] = true
		}
	}
	v.judgeRules(&out, surprises)
	if out.Len() == 0 {
		return ""
	}
	p := &page{}
	for _, e := range v.explained {
		for _, r := range e.Rules {
			if surprises[r.Name] {
				r.print(p)
			}
		}
		for _, note := range e.notes {
			p.line(2, "- ", note)
		}
	}
	return out.String() + p.String()
}

// surpriseAll marks the rules that did not fire: one of them was meant to.
func (v *verdict) surpriseAll(surprises map[string]bool) {
	for _, e := range v.explained {
		for _, r := range e.Rules {
			if !r.Matched || r.Error != "" {
				surprises[r.Name] = true
			}
		}
	}
}

// judgeRules checks the rules against `unmatched` and `errors`.
func (v *verdict) judgeRules(out *strings.Builder, surprises map[string]bool) {
	failed := make(map[string]string)
	for _, e := range v.explained {
		for _, r := range e.Rules {
			if r.Error != "" {
				failed[r.Name] = r.Error
			}
			if r.Matched && r.Error == "" && slices.Contains(v.test.Unmatched, r.Name) {
				fmt.Fprintf(out, "+ fires, but must not: rule %s\n", clean(r.Name))
				surprises[r.Name] = true
			}
		}
	}
	for _, e := range v.explained {
		for rule, message := range e.errors {
			failed[rule] = message
		}
	}
	for _, rule := range slices.Sorted(maps.Keys(failed)) {
		if !slices.Contains(v.test.Errors, rule) {
			fmt.Fprintf(out, "! cannot be evaluated: rule %s: %s\n", clean(rule), clean(failed[rule]))
			surprises[rule] = true
		}
	}
	for _, rule := range v.test.Errors {
		if failed[rule] == "" {
			fmt.Fprintf(out, "- expected an error, but there is none: rule %s\n", clean(rule))
			surprises[rule] = true
		}
	}
}

// flattened returns every tag that is removed, as module, record and tag.
func flattened(e expectation) map[string]bool {
	flat := make(map[string]bool)
	for module, records := range e {
		name, err := crmname.ModuleAPIName(module)
		if err != nil {
			name = module
		}
		for id, tags := range records {
			for _, tag := range tags {
				flat[name+"\x00"+id+"\x00"+tag] = true
			}
		}
	}
	return flat
}
