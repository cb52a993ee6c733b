package rules_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"

	"untag/internal/condition"
	"untag/internal/event"
	"untag/internal/rules"
)

// conditionWriter writes random conditions: mostly of types that fit, over fields that are
// there, missing, null, or of another type.
type conditionWriter struct {
	*rand.Rand
	depth    int
	elements int // predicates around
	reduces  int
}

func (w *conditionWriter) one(options ...string) string { return options[w.IntN(len(options))] }

// deeper writes what is nested, or something plain where that is deep enough.
func (w *conditionWriter) deeper(plain string, nested ...func() string) string {
	if w.depth == 0 || w.IntN(5) == 0 {
		return plain
	}
	w.depth--
	defer func() { w.depth++ }()
	return nested[w.IntN(len(nested))]()
}

// any writes an expression of any type, now and then where one of another type is expected.
func (w *conditionWriter) any() string {
	return []func() string{w.boolean, w.number, w.text, w.list, w.object, w.date}[w.IntN(6)]()
}

func (w *conditionWriter) field(names ...string) string {
	name := w.one(append(names, "gone", "null", "one", "text", "list", "object")...)
	if w.IntN(2) == 0 {
		name = w.one(names...)
	}
	switch w.IntN(12) {
	case 0:
		return "event?." + name
	case 1:
		return "event[" + fmt.Sprintf("%q", name) + "]"
	case 2:
		return "event." + name + "." + w.one("x", "null", "gone")
	case 3:
		if w.elements > 0 {
			return "#"
		}
	case 4:
		if w.elements > 0 {
			return w.one(".n", ".s", "#?.n", ".gone", "#index")
		}
	case 5:
		if w.reduces > 0 {
			return "#acc"
		}
	case 6:
		return w.one("headers", "query", "headers?", "query?") + "." + w.one("q", "kind", "gone")
	}
	return "event." + name
}

func (w *conditionWriter) boolean() string {
	if w.IntN(60) == 0 {
		return w.any()
	}
	f := fmt.Sprintf
	pair := func(of func() string, operators ...string) string {
		return f("(%s %s %s)", of(), w.one(operators...), of())
	}
	return w.deeper(w.one("true", "false", w.field("yes", "no"), w.field("yes", "no"), "has("+w.hasField()+")"),
		func() string { return pair(w.boolean, "and", "or", "&&", "||") },
		func() string { return pair(w.boolean, "and", "or") },
		func() string { return "not (" + w.boolean() + ")" },
		func() string { return "(" + w.boolean() + " ? " + w.boolean() + " : " + w.boolean() + ")" },
		func() string { return "(" + w.field("yes", "no") + " ?? " + w.boolean() + ")" },
		func() string { return pair(w.number, "==", "!=", "<", "<=", ">", ">=") },
		func() string { return pair(w.number, "==", "!=", "<", ">") },
		func() string { return f("(%s < %s < %s)", w.number(), w.number(), w.number()) },
		func() string {
			return pair(w.text, "==", "!=", "<", "contains", "startsWith", "endsWith", "not contains")
		},
		func() string { return pair(w.list, "==", "!=") },
		func() string { return pair(w.object, "==", "!=") },
		func() string { return pair(w.date, "==", "!=", "<", ">=") },
		func() string { return f("(%s %s %s)", w.any(), w.one("==", "!="), w.one("nil", w.any())) },
		func() string { return f("(%s %s %s)", w.text(), w.one("in", "not in"), w.list()) },
		func() string { return f("(%s %s %s)", w.number(), w.one("in", "not in"), w.list()) },
		func() string { return f("(%s %s %s)", w.text(), w.one("in", "not in"), w.object()) },
		func() string { return f("(%s matches %q)", w.text(), w.one("^a", "b.", "c$", "[0-9]+", "")) },
		func() string {
			return f("%s(%s, %s)", w.one("any", "all", "none", "one"), w.list(), w.inside(w.boolean))
		},
		func() string {
			return f("%s(%s, %s)", w.one("any", "all", "none", "one"), w.list(), w.inside(w.boolean))
		},
		func() string { return f("%s(%s, %s)", w.one("hasPrefix", "hasSuffix"), w.text(), w.text()) },
		func() string { return f("(let v%d = %s; %s)", w.depth, w.any(), w.using(w.boolean)) },
	)
}

// using names the variable in about half of what follows it.
func (w *conditionWriter) using(of func() string) string {
	if w.IntN(2) == 0 {
		return fmt.Sprintf("(v%d %s %s)", w.depth, w.one("==", "!="), w.any())
	}
	return of()
}

func (w *conditionWriter) hasField() string {
	return w.one("event", "event.object", "event.gone", "event?.object", "headers", "event.null") + "." + w.one("x", "one", "gone", "null", "kind")
}

// inside writes a predicate.
func (w *conditionWriter) inside(of func() string) string {
	w.elements++
	defer func() { w.elements-- }()
	return of()
}

func (w *conditionWriter) number() string {
	if w.IntN(60) == 0 {
		return w.any()
	}
	f := fmt.Sprintf
	return w.deeper(w.one("0", "1", "2", "-1", "0.5", "9007199254740993", "1.0", w.field("one", "half", "big"), w.field("one", "half", "big"), "len("+w.text()+")"),
		func() string { return f("(%s %s %s)", w.number(), w.one("+", "-", "*", "/", "%", "**"), w.number()) },
		func() string { return f("-(%s)", w.number()) },
		func() string { return f("%s(%s)", w.one("abs", "ceil", "floor", "round", "int", "float"), w.number()) },
		func() string { return f("%s(%s)", w.one("int", "float"), w.text()) },
		func() string { return f("%s(%s, %s)", w.one("max", "min", "mean"), w.number(), w.number()) },
		func() string { return f("%s(%s)", w.one("max", "min", "mean", "sum"), w.list()) },
		func() string { return f("len(%s)", []func() string{w.text, w.list, w.object}[w.IntN(3)]()) },
		func() string { return f("(%s ?? %s)", w.field("one", "half"), w.number()) },
		func() string { return f("(%s ? %s : %s)", w.boolean(), w.number(), w.number()) },
		func() string {
			return f("%s(%s, %s)", w.one("count", "findIndex", "findLastIndex"), w.list(), w.inside(w.boolean))
		},
		func() string { return f("sum(%s, %s)", w.list(), w.inside(w.number)) },
		func() string {
			w.reduces++
			defer func() { w.reduces-- }()
			return f("reduce(%s, %s, %s)", w.list(), w.inside(w.number), w.number())
		},
		func() string { return f("%s(%s, %s)", w.one("indexOf", "lastIndexOf"), w.text(), w.text()) },
		func() string { return f("%s[%s]", w.list(), w.number()) },
		func() string { return f("%s.%s", w.object(), w.one("x", "gone", "null")) },
	)
}

func (w *conditionWriter) text() string {
	if w.IntN(60) == 0 {
		return w.any()
	}
	f := fmt.Sprintf
	return w.deeper(w.one(`"abc"`, `"a"`, `""`, `"42"`, `"x"`, w.field("text", "number", "empty"), w.field("text", "number"), "source"),
		func() string { return f("%s(%s)", w.one("lower", "upper", "trim", "digits"), w.text()) },
		func() string { return f("%s(%s, %s)", w.one("trimPrefix", "trimSuffix", "trim"), w.text(), w.text()) },
		func() string { return f("(%s + %s)", w.text(), w.text()) },
		func() string { return f("string(%s)", w.one(w.text(), w.number(), w.boolean())) },
		func() string { return f("replace(%s, %s, %s)", w.text(), w.text(), w.text()) },
		func() string { return f("join(%s, %s)", w.list(), w.text()) },
		func() string { return f("%s[%s:%s]", w.text(), w.one("", "1", "-1"), w.one("", "2", w.number())) },
		func() string { return f("(%s ?? %s)", w.field("text", "number"), w.text()) },
		func() string { return f("(%s ? %s : %s)", w.boolean(), w.text(), w.text()) },
		func() string { return f("%s[%s]", w.list(), w.number()) },
		func() string { return f("get(%s, %s)", w.object(), w.text()) },
	)
}

func (w *conditionWriter) list() string {
	if w.IntN(60) == 0 {
		return w.any()
	}
	f := fmt.Sprintf
	return w.deeper(w.one("[]", "[1, 2]", `["a", "abc"]`, "[1, 2, 1]", "1..3", w.field("list", "none", "items", "full", "mixed"), w.field("list", "items", "full")),
		func() string { return f("[%s, %s]", w.any(), w.any()) },
		func() string { return f("[%s, %s]", w.number(), w.number()) },
		func() string { return f("filter(%s, %s)", w.list(), w.inside(w.boolean)) },
		func() string { return f("map(%s, %s)", w.list(), w.inside(w.any)) },
		func() string {
			return f("%s(%s)", w.one("uniq", "reverse", "sort", "flatten", "concat", "keys", "values"), w.list())
		},
		func() string { return f("%s(%s)", w.one("keys", "values"), w.object()) },
		func() string { return f("concat(%s, %s)", w.list(), w.list()) },
		func() string { return f("take(%s, %s)", w.list(), w.number()) },
		func() string { return f("split(%s, %s)", w.text(), w.text()) },
		func() string { return f("sortBy(%s, %s)", w.list(), w.inside(w.number)) },
		func() string { return f("%s[%s:%s]", w.list(), w.one("", "1", "-1"), w.one("", "2", w.number())) },
	)
}

func (w *conditionWriter) object() string {
	f := fmt.Sprintf
	return w.deeper(w.one("{}", `{"x": 1}`, w.field("object"), w.field("object"), "event", "headers"),
		func() string { return f(`{"x": %s, "y": %s}`, w.any(), w.any()) },
		func() string { return f("find(%s, %s)", w.list(), w.inside(w.boolean)) },
		func() string { return f("%s(%s)", w.one("first", "last"), w.list()) },
		func() string { return f("groupBy(%s, %s)", w.list(), w.inside(w.one2(w.number, w.text))) },
		func() string { return f("%s[%s]", w.list(), w.number()) },
	)
}

func (w *conditionWriter) one2(a, b func() string) func() string {
	if w.IntN(2) == 0 {
		return a
	}
	return b
}

func (w *conditionWriter) date() string {
	f := fmt.Sprintf
	return w.deeper(w.one("now()", `date("2026-02-01")`, f("date(%s)", w.field("date"))),
		func() string { return f("(%s + duration(%q))", w.date(), w.one("1h", "90m")) },
		func() string { return f("(%s - %s)", w.date(), w.date()) },
		func() string { return f("(%s - duration(%q))", w.date(), w.one("1h", "0s")) },
		func() string { return f("date(%s)", w.text()) },
	)
}

func differentialEvent(t testing.TB) event.Event {
	ev := anEvent(t, theEvent)
	ev.Headers["kind"] = "deal"
	ev.Fields["mixed"] = []any{1, "a", nil, 1.5, true}
	return ev
}

// newOutcome is what the new evaluator says of a condition.
func newOutcome(when string, ev event.Event) (outcome, message string) {
	c, err := condition.ParseCondition(when)
	if err != nil {
		return refused, err.Error()
	}
	r := condition.NewRun(condition.Scope{Event: ev.Fields, Headers: ev.Headers, Query: ev.Query, Source: ev.Source, Now: ev.Time}, condition.Work, nil)
	truth, u := c.Holds(r)
	if u != nil {
		message = u.Message()
	}
	return map[condition.Truth]string{condition.True: fires, condition.False: silent, condition.Missing: silent, condition.Failed: reports}[truth], message
}

func oldOutcome(when string, ev event.Event) (outcome, message string) {
	set, faults := rules.Load([]byte(oneRule(when)))
	if set == nil {
		return refused, fmt.Sprint(faults)
	}
	d := set.Decide(ev)
	switch {
	case len(d.Errors) > 0:
		return reports, d.Errors[0].Message
	case len(d.Candidates) > 0:
		return fires, ""
	}
	return silent, ""
}

const refused = "refused"

type difference struct {
	why     string
	was, is string // was is "" for any outcome
	says    *regexp.Regexp
}

func (d difference) accepts(was, is, says string) bool {
	return (d.was == "" || d.was == was) && d.is == is && d.says.MatchString(says)
}

// acceptedDifferences are the ways in which the new evaluator differs, each with what is
// wrong in the old one.
var acceptedDifferences = []difference{
	{"what is constant and wrong, or of types that never fit, is found when the file is loaded", "", refused,
		regexp.MustCompile(`do not compare|cannot be computed|takes|needs|has no|is not a|not a plain number|not a date|not a condition|whole numbers|not a number|beyond 64 bits`)},
	{"and is the least of its parts: in a chain, a list or a nested and, what is missing comes before an error", reports, silent, regexp.MustCompile(`is missing|is null|a null in`)},
	{"reduce from what is missing, or over it, computed from nothing", fires, silent, regexp.MustCompile(`^(event|headers|query)\S* is (missing|null)`)},
	{"the average of nothing was 0", fires, silent, regexp.MustCompile(`^mean\(.* is null$`)},
	{"what is not a list had a first and last element, an order, or was passed through", "", reports,
		regexp.MustCompile(`(first|last|sort|concat|max|min|len|mean|uniq|reverse|flatten|take) takes`)},
	{"a list or an object had the text that Go prints", "", reports, regexp.MustCompile(`(string|groupBy) takes`)},
	{"a step of reduce that cannot be computed was passed over by the next", silent, reports, regexp.MustCompile(`cannot be computed|not a plain number`)},
	{"the first element of which nothing can be told decides, missing or wrong", silent, reports, regexp.MustCompile(`is not a condition`)},
}

// Old and new agree on random conditions, but for what was wrong in the old evaluator.
// Never does one hold that did not.
func TestOldAndNewEvaluatorAgree(t *testing.T) {
	ev := differentialEvent(t)
	w := &conditionWriter{Rand: rand.New(rand.NewPCG(11, 2026))}
	differ := make(map[string]int)
	for compared := 0; compared < 20_000; {
		w.depth = 1 + w.IntN(4)
		when := w.boolean()
		was, said := oldOutcome(when, ev)
		if was == refused {
			continue
		}
		compared++
		is, says := newOutcome(when, ev)
		if was == is {
			continue
		}
		i := slices.IndexFunc(acceptedDifferences, func(d difference) bool { return d.accepts(was, is, says) })
		if i < 0 {
			t.Errorf("%s\n\told %s: %s\n\tnew %s: %s", when, was, said, is, says)
			continue
		}
		differ[acceptedDifferences[i].why]++
	}
	for _, d := range acceptedDifferences {
		t.Logf("%5d %s", differ[d.why], d.why)
	}
}
