package explain

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"untag/internal/pipeline"
	"untag/internal/rules"
	"untag/internal/sandbox"
)

// Explained is an examination as it is shown.
type Explained struct {
	Source string `json:"source"`
	// Number is the position of the event among all Of that are explained; 0 if it is alone.
	Number     int    `json:"number,omitempty"`
	Of         int    `json:"of,omitempty"`
	DeliveryID string `json:"delivery_id,omitempty"`

	Verified string         `json:"verified"`
	Event    map[string]any `json:"event"`
	// PassedOver are the files of a form that rules cannot read.
	PassedOver []string           `json:"files_passed_over,omitempty"`
	Rules      []Rule             `json:"rules"`
	Removals   []explainedRemoval `json:"removals"`
	Requests   []sent             `json:"requests"`

	Notes []string `json:"notes,omitempty"`
	// errors are the rules that could not be evaluated.
	errors map[string]string
}

// Rule is what one rule found.
type Rule struct {
	Name       string            `json:"name"`
	Matched    bool              `json:"matched"`
	DecidedBy  *string           `json:"decided_by"`
	Conditions []rules.Condition `json:"conditions"`
	Error      string            `json:"error,omitempty"`
	// When is the rule's condition as a tree, and Where its `where` for each record that was
	// read.
	When  *rules.Tree  `json:"-"`
	Where []RecordTree `json:"-"`
}

// RecordTree is a rule's `where` for one record.
type RecordTree struct {
	Module, ID string
	// Tree is nil if the rule has no `where`.
	Tree *rules.Tree
	// Matched says that the rule asks for Tags of the record; it does not have those of Absent.
	Matched      bool
	Tags, Absent []string
	// Error is why the `where` could not be evaluated.
	Error string
}

type explainedRemoval struct {
	Rule   string   `json:"rule"`
	Module string   `json:"module"`
	ID     string   `json:"id"`
	Tags   []string `json:"tags"`
	// Observed says that the rule is only watched: nothing is removed.
	Observed bool `json:"observed,omitempty"`
}

// New explains an examination: what each rule found, and what follows.
func New(x Examination, explanations []rules.Explanation, verified string, crm *sandbox.Sandbox) Explained {
	out := Explained{
		Source: x.Event.Source, DeliveryID: x.Event.DeliveryID, Verified: verified, Event: x.Event.Fields, PassedOver: passedOver(x.Event.PassedOver),
		Rules: []Rule{}, Removals: []explainedRemoval{}, Requests: []sent{},
		errors: make(map[string]string),
	}
	nothing := make(map[string]bool)
	for _, e := range explanations {
		out.Rules = append(out.Rules, newExplainedRule(e, x, crm))
		nothing[e.Rule] = e.Candidate != nil && e.Candidate.Nothing != ""
	}
	for _, r := range x.Planned.Removals {
		out.Removals = append(out.Removals, explainedRemoval{Rule: r.Rule, Module: r.Module, ID: r.ID, Tags: r.Tags})
		if r.Rounded {
			out.Notes = append(out.Notes, fmt.Sprintf("%s: the id of %s %s came as a number that ends in zeros: the sender has probably rounded it; have it send the id as text", r.Rule, r.Module, r.ID))
		}
	}
	for _, r := range x.Planned.Outcome.Observed {
		out.Removals = append(out.Removals, explainedRemoval{r.Rule, r.Module, r.ID, r.Tags, true})
	}
	out.Requests = append(out.Requests, x.requests...)
	for _, s := range x.outcome.Skipped {
		if crm == nil && !nothing[s.Rule] {
			if note := s.Rule + ": depends on records, and none were looked up; --records FILE names a file of records"; !slices.Contains(out.Notes, note) {
				out.Notes = append(out.Notes, note)
			}
			continue
		}
		out.Notes = append(out.Notes, fmt.Sprintf("%s: %s: %s", s.Rule, strings.TrimSpace(s.Module+" "+s.ID), s.Reason))
	}
	for _, e := range x.outcome.Errors {
		out.errors[e.Rule] = e.Message
		out.Notes = append(out.Notes, fmt.Sprintf("%s: cannot be evaluated: %s", e.Rule, e.Message))
	}
	for _, failed := range x.outcome.Failed {
		out.Notes = append(out.Notes, fmt.Sprintf("%s: %s: %s", failed.Rule, failed.Code, failed.Why()))
	}
	return out
}

// newExplainedRule joins the parts of `when` with those of `where`, if the record was
// read.
func newExplainedRule(e rules.Explanation, x Examination, crm *sandbox.Sandbox) Rule {
	r := Rule{Name: e.Rule, Matched: e.Matched, Conditions: e.Conditions, When: e.Tree}
	if r.Conditions == nil {
		r.Conditions = []rules.Condition{}
	}
	decidedBy := e.DecidedBy
	if e.Err != nil {
		r.Error = e.Err.Message
	}
	for i, resolved := range x.Planned.Resolutions {
		if resolved.Rule != e.Rule {
			continue
		}
		if i == 0 || !r.Matched {
			r.Matched = e.Matched && resolved.Resolution.Matched
		}
		conditions := resolved.Resolution.Conditions
		switch {
		case decidedBy == "" || !resolved.Resolution.Matched && resolved.Resolution.DecidedBy != "":
			decidedBy = resolved.Resolution.DecidedBy
			r.Conditions = undecided(r.Conditions)
		default:
			conditions = undecided(conditions)
		}
		r.Conditions = append(r.Conditions, conditions...)
		r.Where = append(r.Where, newRecordTree(resolved))
		if resolved.Resolution.Err != nil {
			r.Error = resolved.Resolution.Err.Message
		}
	}
	if crm == nil && e.Candidate != nil && (e.Candidate.NeedsRecord || e.Candidate.Find != nil) {
		r.Error = "" // nothing is wrong: the record was not read
	}
	if decidedBy != "" {
		r.DecidedBy = &decidedBy
	}
	return r
}

func newRecordTree(r pipeline.Resolved) RecordTree {
	t := RecordTree{Module: r.Module, ID: r.ID, Tree: r.Resolution.Tree, Matched: r.Resolution.Matched, Tags: r.Resolution.Tags, Absent: r.Resolution.Absent}
	if r.Resolution.Err != nil {
		t.Error = r.Resolution.Err.Message
	}
	return t
}

// undecided returns conditions none of which decided: another one did.
func undecided(conditions []rules.Condition) []rules.Condition {
	conditions = slices.Clone(conditions)
	for i := range conditions {
		conditions[i].Decided = false
	}
	return conditions
}

// PrintJSON prints the explanation as a line of JSON.
func (e Explained) PrintJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(e)
}
