package rules

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"untag/internal/condition"
	"untag/internal/crmname"
	"untag/internal/event"
)

// workPerRule is how many units each rule of a source adds to the budget of an event.
const workPerRule = 100

// evaluation evaluates the rules of one source for one event.
type evaluation struct {
	Decision
	scope *condition.Scope
	run   *condition.Run
	ask   func() error
	// records counts the records that the rules name.
	records namedRecords
	// unfinished is set once the event is given up.
	unfinished *Unfinished
}

func newEvaluation(ctx context.Context, ix *index, ev event.Event) *evaluation {
	e := &evaluation{scope: scopeOf(ev), ask: ctx.Err}
	e.run = condition.NewRun(*e.scope, condition.Work+workPerRule*len(ix.rules), e.ask)
	return e
}

// scopeOf returns what a condition can read of an event.
func scopeOf(ev event.Event) *condition.Scope {
	return &condition.Scope{Event: ev.Fields, Query: ev.Query, Headers: ev.Headers, Source: ev.Source, Now: ev.Time}
}

// holds evaluates a condition, and may keep a trace of it.
type holds = func(*condition.Condition, *condition.Run) (condition.Truth, *condition.Unknown)

// decide adds what one rule asks for, and returns the result of its `when`. A panic counts as
// an error of this rule alone.
func (e *evaluation) decide(r *rule, when holds) (truth condition.Truth) {
	if e.unfinished == nil {
		if err := e.ask(); err != nil {
			e.unfinished = &Unfinished{r.name, err}
		}
	}
	if e.unfinished != nil {
		return condition.Failed
	}
	defer func() {
		if recover() != nil {
			truth = condition.Failed
			e.fail(r, errors.New("the rule cannot be evaluated"))
		}
	}()
	truth, c, err := r.candidate(e.run, e.scope, when)
	if err == nil && truth == condition.True {
		err = e.records.add(c, e.Candidates)
	}
	switch ended := e.run.Err(); {
	case ended != nil:
		e.unfinished = &Unfinished{r.name, ended}
	case err != nil:
		e.fail(r, err)
	case truth == condition.True:
		e.Candidates = append(e.Candidates, c.each()...)
	}
	return truth
}

func (e *evaluation) fail(r *rule, err error) {
	e.Errors = append(e.Errors, RuleError{r.name, err.Error()})
}

// candidate evaluates a rule. It returns the result of `when` and, if that is true, what the
// rule asks for.
func (r *rule) candidate(run *condition.Run, scope *condition.Scope, when holds) (condition.Truth, Candidate, error) {
	truth, why := when(r.when, run)
	switch truth {
	case condition.True:
		c, err := r.removal(run, scope)
		return truth, c, err
	case condition.Failed:
		return truth, Candidate{}, errors.New(why.Message())
	}
	return truth, Candidate{}, nil
}

// removal returns what a rule asks for. Its `when` must be true.
func (r *rule) removal(run *condition.Run, scope *condition.Scope) (Candidate, error) {
	c := Candidate{Rule: r.name, rule: r}
	module, err := r.module.evaluate(run)
	if err != nil {
		return c, fmt.Errorf("module: %w", err)
	}
	if c.Module, err = crmname.ModuleAPIName(module); err != nil {
		return c, fmt.Errorf("module: %s", computedFault(r.module, err))
	}
	if c.Tags, err = r.tags(run); err != nil {
		return c, err
	}
	if r.find != nil {
		c.finds, c.Nothing, err = r.find.evaluate(run, scope.Now, r.skipMissing)
		if err != nil && r.skips(err) {
			c.finds, c.Nothing, err = nil, err.Error(), nil
		}
	} else {
		var list idList
		list, c.Nothing, err = r.recordIDs(run)
		c.IDs, c.Rounded = list.ids, list.rounded
	}
	if err != nil || c.Nothing != "" {
		return c, err
	}
	if r.where != nil {
		c.scope = scope // otherwise the event is no longer needed
	}
	if r.where != nil || len(r.patterns) > 0 {
		c.LookUp()
	}
	c.Observe = r.observe
	return c, nil
}

// skips reports whether an error only says that an id or address is missing, and the rule
// says `missing: skip`.
func (r *rule) skips(err error) bool {
	v, ok := errors.AsType[*noValue](err)
	return ok && v.missing && r.skipMissing
}

// tags evaluates the names of tags. A name that no tag can have is an error of the whole
// rule: in API v2 a comma would name a second tag.
func (r *rule) tags(run *condition.Run) ([]string, error) {
	var tags []string
	for _, t := range r.names {
		name, err := t.evaluate(run)
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
