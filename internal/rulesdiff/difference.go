package rulesdiff

import (
	"cmp"
	"slices"
	"strings"
)

// Removal is a tag that comes off a record.
type Removal struct {
	// Rule names the rule, or several that agree, separated by commas.
	Rule   string `json:"rule"`
	Module string `json:"module"`
	ID     string `json:"id"`
	Tag    string `json:"tag"`
	// Observed says that the rule is only watched: the tag stays.
	Observed bool `json:"observed,omitempty"`
}

// RuleNote is something about one rule.
type RuleNote struct {
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

// Difference is how two versions of the rules treat one event.
type Difference struct {
	// Newly are the tags that come off only with the new rules, NoLonger those that came off
	// only with the old ones.
	Newly    []Removal `json:"newly,omitempty"`
	NoLonger []Removal `json:"no_longer,omitempty"`
	// Errors are the rules that only the new version cannot evaluate, or not for the same
	// reason; Recovered those that only the old one could not.
	Errors    []RuleNote `json:"errors,omitempty"`
	Recovered []RuleNote `json:"recovered,omitempty"`
	// Depends are rules that ask for something else, whose effect depends on records that were
	// not given.
	Depends []RuleNote `json:"depends,omitempty"`
	// Read says how the versions read the request differently, "" if they do not.
	Read string `json:"read,omitempty"`
	// taken are the rules that do what others did before, which is no difference.
	taken []Taken
}

// Taken is a rule that takes off the same tags as another one before.
type Taken struct {
	Old string `json:"old"`
	New string `json:"new"`
	// Events is how many events that is about.
	Events int `json:"events"`
}

// None reports whether both versions treat the event alike.
func (d Difference) None() bool {
	return len(d.Newly)+len(d.NoLonger)+len(d.Errors)+len(d.Recovered)+len(d.Depends) == 0 && d.Read == ""
}

// effect is what a version of the rules does with an event.
type effect struct {
	// removals has the rules of each removal.
	removals map[Removal][]string
	failed   map[string]string
	// depends has the rules whose removals depend on records that were not given, by what
	// they ask for.
	depends map[string]RuleNote
}

// between compares the effects of two versions.
func between(older, newer effect) Difference {
	return Difference{
		Newly: only(newer.removals, older.removals), NoLonger: only(older.removals, newer.removals),
		Errors: notIn(newer.failed, older.failed), Recovered: notIn(older.failed, newer.failed),
		Depends: changed(older.depends, newer.depends),
		taken:   taken(older.removals, newer.removals),
	}
}

// taken returns which rules make the same removals as others before.
func taken(older, newer map[Removal][]string) []Taken {
	var list []Taken
	for removal, was := range older {
		is := newer[removal]
		if len(is) == 0 || slices.ContainsFunc(is, func(rule string) bool { return slices.Contains(was, rule) }) {
			continue
		}
		if one := (Taken{slices.Min(was), slices.Min(is), 1}); !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	return list
}

// only returns the removals of a version that the other does not have, by rule and record.
func only(these, others map[Removal][]string) []Removal {
	var list []Removal
	for removal, by := range these {
		if _, both := others[removal]; both {
			continue
		}
		slices.Sort(by)
		removal.Rule = strings.Join(slices.Compact(by), ", ")
		list = append(list, removal)
	}
	slices.SortFunc(list, func(a, b Removal) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Module, b.Module), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Tag, b.Tag))
	})
	return list
}

func notIn(these, others map[string]string) []RuleNote {
	var list []RuleNote
	for rule, message := range these {
		if others[rule] != message {
			list = append(list, RuleNote{rule, message})
		}
	}
	sortNotes(list)
	return list
}

func changed(older, newer map[string]RuleNote) []RuleNote {
	var list []RuleNote
	for key, note := range newer {
		if _, both := older[key]; !both {
			note.Message = "would newly " + note.Message
			list = append(list, note)
		}
	}
	for key, note := range older {
		if _, both := newer[key]; !both {
			note.Message = "would no longer " + note.Message
			list = append(list, note)
		}
	}
	sortNotes(list)
	return list
}

func sortNotes(list []RuleNote) {
	slices.SortFunc(list, func(a, b RuleNote) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
}
