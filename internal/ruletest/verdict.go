package ruletest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"untag/internal/crmname"
	"untag/internal/explain"
	"untag/internal/rules"
	"untag/internal/sandbox"
	"untag/internal/terminal"
)

// verdict collects what the events of a test do.
type verdict struct {
	file     *testFile
	test     *ruleTest
	examined []explain.Examination
	notes    []string
	got      expectation
	by       map[string]string
}

func (v *verdict) take(x explain.Examination) {
	if v.by == nil {
		v.by = make(map[string]string)
	}
	v.examined = append(v.examined, x)
	for _, r := range x.Planned.Removals {
		v.takeOff(r.Rule, r.Module, r.ID, r.Tags)
	}
	// A test is about what a rule asks for, whether or not it only observes.
	for _, r := range x.Planned.Outcome.Observed {
		v.takeOff(r.Rule, r.Module, r.ID, r.Tags)
	}
}

func (v *verdict) takeOff(rule, module, id string, tags []string) {
	if v.got[module] == nil {
		v.got[module] = make(map[string][]string)
	}
	for _, tag := range tags {
		if !slices.Contains(v.got[module][id], tag) {
			v.got[module][id] = append(v.got[module][id], tag)
		}
		v.by[module+" "+id+" "+tag] = rule
	}
}

// failure returns a readable difference, "" if there is none.
func (v *verdict) failure(crm *sandbox.Sandbox) string {
	var out strings.Builder
	surprises := make(map[string]bool)
	want, got := flattened(*v.test.Expect), flattened(v.got)
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if !got[key] {
			fmt.Fprintf(&out, "- expected, but not removed: %s\n", terminal.Clean(strings.Replace(key, "\x00", " ", 2)))
			module, tag := key[:strings.Index(key, "\x00")], key[strings.LastIndex(key, "\x00")+1:]
			v.surprise(surprises, v.file.rulesFor(module, tag))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if !want[key] {
			name := strings.Replace(key, "\x00", " ", 2)
			fmt.Fprintf(&out, "+ removed, but not expected: %s (rule %s)\n", terminal.Clean(name), terminal.Clean(v.by[name]))
			surprises[v.by[name]] = true
		}
	}
	v.checkRules(&out, surprises)
	if out.Len() == 0 {
		return ""
	}
	p := &terminal.Page{}
	for _, note := range v.notes {
		p.Line(2, "- ", note)
	}
	for i, x := range v.examined {
		if i == mostEvents {
			p.Line(2, "", fmt.Sprintf("and %d more events", len(v.examined)-mostEvents))
			break
		}
		if len(v.examined) > 1 {
			title := fmt.Sprintf("event %d of %d", i+1, len(v.examined))
			if x.Event.DeliveryID != "" {
				title += ", " + x.Event.DeliveryID
			}
			p.Line(0, "", title)
		}
		v.explain(p, x, slices.Collect(maps.Keys(surprises)), crm)
	}
	return out.String() + p.String()
}

const (
	// mostExplained is how many rules a failure explains.
	mostExplained = 20
	// mostEvents is how many events a failure explains.
	mostEvents = 10
)

// explain writes why the rules that surprised did what they did.
func (v *verdict) explain(p *terminal.Page, x explain.Examination, surprises []string, crm *sandbox.Sandbox) {
	var explanations []rules.Explanation
	if len(surprises) > 0 {
		explanations = v.file.set.Explain(x.Event, surprises...)
	}
	e := explain.New(x, explanations, "not checked", crm)
	for i, r := range e.Rules {
		if i == mostExplained {
			p.Line(2, "", fmt.Sprintf("and %d more rules", len(e.Rules)-mostExplained))
			break
		}
		r.Print(p)
	}
	for _, note := range e.Notes {
		p.Line(2, "- ", note)
	}
}

// surprise marks those of the rules that did not fire: one of them was meant to.
func (v *verdict) surprise(surprises map[string]bool, names []string) {
	for _, x := range v.examined {
		fired := x.Fired()
		for _, name := range names {
			if !fired[name] {
				surprises[name] = true
			}
		}
	}
}

// checkRules compares the rules with `unmatched` and `errors`.
func (v *verdict) checkRules(out *strings.Builder, surprises map[string]bool) {
	failed := make(map[string]string)
	for _, x := range v.examined {
		maps.Copy(failed, x.Failed())
		fired := x.Fired()
		for _, rule := range slices.Sorted(maps.Keys(fired)) {
			if slices.Contains(v.test.Unmatched, rule) {
				fmt.Fprintf(out, "+ fires, but must not: rule %s\n", terminal.Clean(rule))
				surprises[rule] = true
			}
		}
	}
	for _, rule := range slices.Sorted(maps.Keys(failed)) {
		if !slices.Contains(v.test.Errors, rule) {
			fmt.Fprintf(out, "! cannot be evaluated: rule %s: %s\n", terminal.Clean(rule), terminal.Clean(failed[rule]))
			surprises[rule] = true
		}
	}
	for _, rule := range v.test.Errors {
		if failed[rule] == "" {
			fmt.Fprintf(out, "- expected an error, but there is none: rule %s\n", terminal.Clean(rule))
			surprises[rule] = true
		}
	}
}

// rulesFor returns the rules that could remove a tag of a module: those that name both, or if
// there are none, those that may name both.
func (f *testFile) rulesFor(module, tag string) []string {
	const most = 10 * mostExplained // a rule may be on another source than the event
	if f.targets == nil {
		f.targets = f.set.Targets()
	}
	var naming, others []string
	for _, t := range f.targets {
		switch {
		case t.Module != "" && t.Module != module:
		case slices.Contains(t.Tags, tag):
			naming = append(naming, t.Rule)
		default:
			others = append(others, t.Rule)
		}
	}
	if len(naming) == 0 {
		naming = others
	}
	return naming[:min(len(naming), most)]
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
