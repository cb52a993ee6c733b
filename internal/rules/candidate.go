package rules

import (
	"fmt"
	"io"
	"slices"

	"untag/internal/event"
)

// each returns the candidate once for each Find, so that each address is looked up, and
// fails, by itself.
func (c Candidate) each() []Candidate {
	if len(c.finds) == 0 {
		return []Candidate{c}
	}
	list := make([]Candidate, len(c.finds))
	for i, f := range c.finds {
		list[i] = c
		list[i].Find, list[i].finds = f, nil
	}
	return list
}

// LookUp makes the live record decide: only tags that it has are removed.
func (c *Candidate) LookUp() {
	if c.NeedsRecord || c.rule == nil {
		return
	}
	c.NeedsRecord = true
	c.Fields, c.AllFields = c.rule.fields()
}

// NeedsEvent reports whether Resolve needs the event, because a `where` can use all of it.
func (c Candidate) NeedsEvent() bool { return c.rule != nil && c.rule.where != nil }

// Forget drops the event, which takes many times its size in memory. A candidate that
// NeedsEvent must Recall the event before it is resolved again.
func (c *Candidate) Forget() { c.scope = nil }

// Recall returns the candidate with the event that it was decided for.
func (c Candidate) Recall(ev event.Event) Candidate {
	c.scope = scopeOf(ev)
	return c
}

// Fingerprint writes bytes that identify what a rule asks for. They are the same for two
// candidates if the same unchanged rule asks the same for equal events.
func (c Candidate) Fingerprint(h io.Writer) {
	where := ""
	if c.NeedsEvent() {
		where = c.rule.where.String()
	}
	_, _ = fmt.Fprintf(h, "%q %q %q %q %q %q %t %t ", c.Rule, c.Module, c.Tags, c.rule.patterns, c.rule.keep, where, c.Find != nil, c.Observe)
	if c.Find != nil {
		_, _ = fmt.Fprintf(h, "%#v", *c.Find)
	}
	for _, id := range c.IDs {
		_, _ = io.WriteString(h, id+" ")
	}
}

// WhereOf returns the condition that each record must meet, "" if there is none. Like PatternsOf it
// is not a method, as the linker would keep that in the function, which needs neither.
func WhereOf(c Candidate) string {
	if !c.NeedsEvent() {
		return ""
	}
	return c.rule.where.String()
}

// PatternsOf returns the patterns of the tags to remove, and those of the tags to keep.
func PatternsOf(c Candidate) (remove, keep []string) {
	if c.rule == nil {
		return nil, nil
	}
	return slices.Clone(c.rule.patterns), slices.Clone(c.rule.keep)
}
