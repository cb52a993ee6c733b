package rules

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"untag/internal/condition"
	"untag/internal/crmname"
)

// Resolution is what a rule decides about one live record.
type Resolution struct {
	// Matched says that the `where` is true, or that there is none.
	Matched bool
	// Tags are the tags to remove, all of which the record has.
	Tags []string
	// Absent are tags that the rule names but the record does not have.
	Absent []string
	// Err is why the `where` could not be evaluated; then no tag is removed.
	Err *RuleError
	// Conditions are the parts of the `where`, with the values that they read.
	Conditions []Condition
	// DecidedBy is the part that decided, "" if all are true.
	DecidedBy string
	// Tree is the `where` with the same parts; nil if it was not explained, or if there is none.
	Tree *Tree
}

// Resolve decides about one live record, as the CRM's API returns it, and explains why.
func (c Candidate) Resolve(record map[string]any) Resolution {
	r, err := c.resolve(context.Background(), record, true)
	if err != nil {
		r.Err = &RuleError{c.Rule, "where: " + errors.Unwrap(err).Error()}
	}
	return r
}

// ResolveWithin is like Resolve, but does not explain, and stops when ctx ends. If it stops
// early, it returns the zero Resolution and an *Unfinished.
func (c Candidate) ResolveWithin(ctx context.Context, record map[string]any) (Resolution, error) {
	return c.resolve(ctx, record, false)
}

func (c Candidate) resolve(ctx context.Context, record map[string]any, explained bool) (r Resolution, err error) {
	defer func() {
		if recover() != nil {
			r, err = Resolution{Err: &RuleError{c.Rule, "the rule cannot be evaluated"}}, nil
		}
	}()
	carried := crmname.TagsOf(record)
	if c.NeedsEvent() {
		scope := *c.scope
		scope.Record = withTagNames(record, carried)
		run := condition.NewRun(scope, condition.Work, ctx.Err)
		var truth condition.Truth
		var why *condition.Unknown
		if explained {
			var trace *condition.Trace
			truth, why, trace = c.rule.where.Trace(run)
			r.Conditions, r.DecidedBy = conditionsOf(trace)
			r.Tree = treeOf(trace)
		} else {
			truth, why = c.rule.where.Holds(run)
		}
		if ended := cmp.Or(run.Err(), ctx.Err()); ended != nil {
			return Resolution{}, &Unfinished{c.Rule, ended}
		}
		if truth == condition.Failed {
			r.Err = &RuleError{c.Rule, "where: " + why.Message()}
		}
		if truth != condition.True {
			return r, nil
		}
	}
	r.Matched = true
	for _, tag := range c.Tags {
		if slices.Contains(carried, tag) {
			r.Tags = append(r.Tags, tag)
		} else {
			r.Absent = append(r.Absent, tag)
		}
	}
	for _, tag := range carried {
		if c.rule.takes(tag) && !slices.Contains(r.Tags, tag) {
			r.Tags = append(r.Tags, tag)
		}
	}
	return r, nil
}

// takes reports whether a pattern matches a tag and `keep` does not.
func (r *rule) takes(tag string) bool {
	matches := func(pattern string) bool { return globMatches(pattern, tag) }
	return slices.ContainsFunc(r.patterns, matches) && !slices.ContainsFunc(r.keep, matches)
}

// withTagNames returns the record as a `where` sees it: each tag is its name.
func withTagNames(record map[string]any, carried []string) map[string]any {
	if _, ok := record["Tag"].([]any); !ok {
		return record
	}
	names := make([]any, len(carried))
	for i, name := range carried {
		names[i] = name
	}
	with := maps.Clone(record)
	with["Tag"] = names
	return with
}

// fields lists the fields of the live record that a rule reads; all says that it may read
// any.
func (r *rule) fields() (fields []string, all bool) {
	fields = []string{"Tag"}
	if r.where == nil {
		return fields, false
	}
	for _, read := range r.where.Reads() {
		switch path := read.Path; {
		case path.Root != "record":
		case len(path.Names) == 0:
			all = true
		case !slices.Contains(fields, path.Names[0]):
			fields = append(fields, path.Names[0])
		}
	}
	return fields, all
}
