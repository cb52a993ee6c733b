package rules

import (
	"context"
	"fmt"
	"slices"

	"untag/internal/crmname"
	"untag/internal/event"
)

// Decision is what the rules decide for one event. The zero Decision removes nothing.
type Decision struct {
	// Candidates are the removals that the rules ask for, in the order of the file.
	Candidates []Candidate
	// Errors are the rules that could not be evaluated; they remove nothing.
	Errors []RuleError
}

// RuleError says why a rule could not be evaluated. It names types and parts of the rule,
// never a value of the event.
type RuleError struct {
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

// Candidate is one rule's removal. If NeedsRecord is set, Resolve says what of it applies to
// the live record.
type Candidate struct {
	Rule string
	// Module is an API name.
	Module string
	// IDs are the ids of the records, in digits; nil if Find says how to look them up.
	IDs []string
	// Rounded are those of IDs that came as numbers and look rounded, which explains why the
	// CRM may have no such record.
	Rounded map[string]bool
	Find    *Find
	// Tags are the tags to remove that are known without the record.
	Tags []string
	// NeedsRecord says that the live record decides.
	NeedsRecord bool
	// Fields are the fields of it to read; AllFields says that all may be needed.
	Fields    []string
	AllFields bool

	rule *rule
	// scope is the scope of the event if the rule has a `where`; Forget sets it to nil.
	scope scope
}

// Unfinished is the error of an evaluation that ran out of time.
type Unfinished struct {
	// Rule is the rule that was being evaluated.
	Rule string
	// Err is the error of the context.
	Err error
}

func (u *Unfinished) Error() string { return "rule `" + u.Rule + "`: not evaluated in time" }

// Unwrap returns the error of the context.
func (u *Unfinished) Unwrap() error { return u.Err }

// Decide evaluates the rules of the event's source. A source without rules decides
// nothing.
func (r *Rules) Decide(ev event.Event) Decision {
	d, _ := r.DecideWithin(context.Background(), ev)
	return d
}

// DecideWithin is like Decide, but stops when ctx ends. It then returns the zero Decision and
// an *Unfinished.
func (r *Rules) DecideWithin(ctx context.Context, ev event.Event) (Decision, error) {
	var d Decision
	ix := r.bySource[ev.Source]
	if ix == nil {
		return d, nil
	}
	s := eventScope(ev).until(ctx.Done())
	var named namedRecords
	var unfinished *Unfinished
	ix.each(s, func(rule *rule) {
		if unfinished != nil {
			return
		}
		if d.take(rule, s, &named); s.meter().stopped || ctx.Err() != nil {
			unfinished = &Unfinished{Rule: rule.name, Err: ctx.Err()}
		}
	})
	if unfinished != nil {
		return Decision{}, unfinished
	}
	return d, nil
}

// take adds what one rule asks for. A panic counts as an error of this rule alone.
func (d *Decision) take(r *rule, s scope, named *namedRecords) {
	s.refill()
	defer func() {
		if recover() != nil {
			d.Errors = append(d.Errors, RuleError{r.name, "the rule cannot be evaluated"})
		}
	}()
	switch v := r.when.evaluate(s).(type) {
	case bool:
		if !v {
			return
		}
		c, err := r.candidate(s)
		if err == nil {
			err = named.add(c, d.Candidates)
		}
		if err != nil {
			d.Errors = append(d.Errors, RuleError{r.name, err.Error()})
			return
		}
		d.Candidates = append(d.Candidates, c)
	case *unknown:
		if v.fault {
			d.Errors = append(d.Errors, RuleError{r.name, v.what})
		}
	}
}

func (r *rule) candidate(s scope) (Candidate, error) {
	c := Candidate{Rule: r.name, rule: r}
	module, err := r.module.evaluate(s)
	if err != nil {
		return c, fmt.Errorf("module: %w", err)
	}
	if c.Module, err = crmname.ModuleAPIName(module); err != nil {
		return c, fmt.Errorf("module: %s", computedFault(r.module, err))
	}
	if c.Tags, err = r.tags(s); err != nil {
		return c, err
	}
	if r.find != nil {
		c.Find, err = r.find.evaluate(s)
	} else {
		var list idList
		list, err = recordIDs(r.id, s)
		c.IDs, c.Rounded = list.ids, list.rounded
	}
	if err != nil {
		return c, err
	}
	if r.where != nil {
		c.scope = s // otherwise the event is no longer needed
	}
	c.NeedsRecord = r.where != nil || len(r.patterns) > 0
	if c.NeedsRecord {
		c.Fields, c.AllFields = r.fields()
	}
	return c, nil
}

// tags evaluates the names of tags. A name that no tag can have is an error of the whole
// rule: in API v2 a comma would name a second tag.
func (r *rule) tags(s scope) ([]string, error) {
	var tags []string
	for _, t := range r.names {
		name, err := t.evaluate(s)
		if err != nil {
			return nil, fmt.Errorf("remove: %w", err)
		}
		if err := crmname.CheckTag(name); err != nil {
			return nil, fmt.Errorf("remove: %s", computedFault(t, err))
		}
		if !slices.Contains(tags, name) {
			tags = append(tags, name)
		}
	}
	return tags, nil
}

// computedFault says what is wrong with a name without quoting a value of the event.
func computedFault(t *template, err error) string {
	if !t.computed() {
		return err.Error()
	}
	return fmt.Sprintf("`%s` results in a name that Zoho does not accept (tags: 1 to 25 characters, no comma, <, > or emoji; modules: letters, digits and underscores)", t.text)
}
