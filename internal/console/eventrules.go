package console

import (
	"fmt"

	"untag/internal/explain"
	"untag/internal/rules"
	"untag/internal/terminal"
)

// ruleView is what one rule found in an event.
type ruleView struct {
	Name string
	// State is "fires", "does not fire" or "error".
	State string
	// Error says why it could not be evaluated, "" if a part of a condition says it.
	Error string
	// When is its condition, and Where its `where` for each record that was read.
	When  conditionView
	Where []whereView
	// Asks are the removals that it asks for, in words.
	Asks []string
	// More is how many records are left out.
	More int
	Open bool
}

// mostAsks is how many removals of one rule are listed.
const mostAsks = 20

// asksOf returns the removals that each rule asks for, in words.
func asksOf(x explain.Explained, hide func(string) string) map[string][]string {
	asks, left := make(map[string][]string), make(map[string]int)
	for _, r := range x.Removals {
		if len(asks[r.Rule]) == mostAsks {
			left[r.Rule]++
			continue
		}
		verb := "loses"
		if r.Observed {
			verb = "would lose"
		}
		text := fmt.Sprintf("%s %s %s %s", r.Module, r.ID, verb, terminal.Quoted(r.Tags))
		if r.Observed {
			text += "; the rule only observes"
		}
		asks[r.Rule] = append(asks[r.Rule], hide(text))
	}
	for rule, n := range left {
		asks[rule] = append(asks[rule], fmt.Sprintf("and %d more", n))
	}
	return asks
}

// whereView is a rule's `where` for one record.
type whereView struct {
	Module, ID string
	Condition  conditionView
}

// conditionView is a condition, or a part of one. The zero value is none.
type conditionView struct {
	// Op is "and", "or" or "not", and Says what that means; "" for a part.
	Op, Says   string
	Expression string
	// Held is "true", "false", "missing" or "error".
	Held    string
	Message string
	Met     []metView
	Decided bool
	Kids    []conditionView
	// Left is how many parts are left out, as the page has no room.
	Left int
}

// IsZero reports whether there is no condition.
func (v conditionView) IsZero() bool { return v.Held == "" }

// metView is a field that a part met, and its value.
type metView struct{ Path, Value string }

// leastRules is how many rules are shown when a page has no more room for conditions.
const leastRules = 5

// ruleViews shows rules while there is room, those that did something first.
func ruleViews(x explain.Explained, hide func(string) string, left *room) (views []ruleView, more int) {
	var first, rest []ruleView
	list, asks := x.Rules, asksOf(x, hide)
	for pass := range 2 {
		for _, r := range list {
			did := r.Matched || r.Error != "" || len(r.Where) > 0
			if did != (pass == 0) {
				continue
			}
			if left.parts <= 0 && len(first)+len(rest) >= leastRules {
				more++
				continue
			}
			v := newRuleView(r, hide, left)
			v.Asks = asks[r.Name]
			v.Open = did || len(list) <= leastRules
			if did {
				first = append(first, v)
			} else {
				rest = append(rest, v)
			}
		}
	}
	return append(first, rest...), more
}

func newRuleView(r explain.Rule, hide func(string) string, left *room) ruleView {
	v := ruleView{Name: r.Name, State: state(r.Matched, r.Error), When: newConditionView(r.When, hide, left)}
	said := v.When.Held == "error"
	for i, w := range r.Where {
		if left.parts <= 0 {
			v.More = len(r.Where) - i
			break
		}
		left.parts--
		v.Where = append(v.Where, whereView{w.Module, w.ID, newConditionView(w.Tree, hide, left)})
		said = said || w.Tree != nil && w.Tree.Held == "error"
	}
	if !said {
		v.Error = r.Error // otherwise the part that failed says it
	}
	return v
}

func state(matched bool, fault string) string {
	switch {
	case fault != "":
		return "error"
	case matched:
		return "fires"
	}
	return "does not fire"
}

func newConditionView(t *rules.Tree, hide func(string) string, left *room) conditionView {
	if t == nil {
		return conditionView{}
	}
	left.parts--
	v := conditionView{Op: t.Op, Held: t.Held, Message: t.Message, Decided: t.Decided, Expression: cutText(t.Expression, mostOfCall)}
	switch t.Op {
	case "and":
		v.Says = "all of"
	case "or":
		v.Says = "any of"
	case "not":
		v.Says = "not"
	}
	for _, met := range t.Met {
		text, cut := hiddenJSON(hide, met.Value, longestValue)
		if cut {
			text += "…"
		}
		v.Met = append(v.Met, metView{hiddenText(hide, met.Path, longestPath), text})
	}
	for i, kid := range t.Kids {
		if left.parts <= 0 {
			v.Left = len(t.Kids) - i
			break
		}
		v.Kids = append(v.Kids, newConditionView(kid, hide, left))
	}
	return v
}
