package rules

import (
	"fmt"
	"strings"
	"time"

	"github.com/expr-lang/expr/builtin"
)

// Function is a function that conditions can call beside expr's operators, with an
// example that a test runs.
type Function struct {
	Name    string
	About   string
	Example string
	// Gives is what the example is, as an expression.
	Gives string
}

// Functions lists the functions of untag's own, in the order of the documentation.
func Functions() []Function {
	return []Function{
		{"has", "whether a field is there, even if it is null", `has({"Stage": nil}.Stage)`, `true`},
		{"date", "a date from text, as RFC 3339 or YYYY-MM-DD, or with a layout", `date("2026-03-01") < date("2026-03-02")`, `true`},
		{"now", "the time at which the event was received", `now() - duration("1h") < now()`, `true`},
		{"lower", "text in lower case", `lower("Ada@Example.COM")`, `"ada@example.com"`},
		{"digits", "the digits of a text, such as a phone number", `digits("+49 (30) 1234-567")`, `"49301234567"`},
	}
}

// allowed are the functions of expr that take values only. What reads the clock, can
// make much out of little, or runs forever is not among them.
var allowed = [...]string{
	"len", "type", "abs", "ceil", "floor", "round", "int", "float", "string", "trim", "trimPrefix", "trimSuffix",
	"upper", "lower", "split", "splitAfter", "replace", "join", "indexOf", "lastIndexOf", "hasPrefix", "hasSuffix",
	"max", "min", "mean", "median", "toJSON", "fromJSON", "toBase64", "fromBase64", "duration",
	"first", "last", "take", "keys", "values", "toPairs", "fromPairs", "reverse", "uniq", "concat",
	"flatten", "sort",
}

// predicates are the functions that ask something of every element.
var predicates = [...]string{
	"any", "all", "none", "one", "count", "filter", "map", "find", "findIndex", "findLast", "findLastIndex",
	"sum", "groupBy", "sortBy",
}

func isAllowed(name string) bool {
	for _, a := range allowed {
		if a == name {
			return true
		}
	}
	return name == "date" || name == "digits"
}

func isPredicate(name string) bool {
	for _, p := range predicates {
		if p == name {
			return true
		}
	}
	return false
}

// call calls a function by its name. An unknown argument makes the result unknown;
// one that the function refuses makes it a fault that names the function alone, as
// the text of the refusal may quote the argument.
func call(name string, args ...any) any {
	if u := firstUnknown(args...); u != nil {
		return u
	}
	// type(null) is a fair question; every other function needs a value.
	if name != "type" {
		if u := operands(args...); u != nil {
			return u
		}
	}
	switch name {
	case "digits":
		return digits(args)
	case "date":
		return parseDate(args)
	}
	result, err := callBuiltin(name, args)
	if err != nil {
		return wrong("%s(%s) has no value: the argument does not fit", name, typeNames(args))
	}
	if s, ok := result.(string); ok && len(s) > maxText {
		return wrong("%s makes a text of more than %d bytes", name, maxText)
	}
	return plain(result)
}

func callBuiltin(name string, args []any) (result any, err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("%s: refused", name)
		}
	}()
	index, ok := builtin.Index[name]
	if !ok {
		return nil, fmt.Errorf("%s: no such function", name)
	}
	f := builtin.Builtins[index]
	switch {
	case f.Fast != nil:
		if len(args) != 1 {
			return nil, fmt.Errorf("%s: takes one argument", name)
		}
		return f.Fast(args[0]), nil
	case f.Safe != nil:
		result, _, err = f.Safe(args...)
		return result, err
	}
	return f.Func(args...)
}

// plain turns what the library makes into the types of an event.
func plain(v any) any {
	switch v := v.(type) {
	case []string:
		list := make([]any, len(v))
		for i, s := range v {
			list[i] = s
		}
		return list
	case [][2]any:
		list := make([]any, len(v))
		for i, p := range v {
			list[i] = []any{p[0], p[1]}
		}
		return list
	case map[any]any:
		object := make(map[string]any, len(v))
		for key, value := range v {
			object[fmt.Sprint(key)] = value
		}
		return object
	}
	return v
}

func typeNames(args []any) string {
	names := make([]string, len(args))
	for i, a := range args {
		names[i] = typeName(a)
	}
	return strings.Join(names, ", ")
}

func digits(args []any) any {
	s, ok := args[0].(string)
	if n, isInt := args[0].(int); isInt {
		s, ok = fmt.Sprint(n), true
	}
	if len(args) != 1 || !ok {
		return wrong("digits takes one string, not %s", typeNames(args))
	}
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// dateLayouts are the ways in which systems write a date, tried in turn. One without
// a zone is taken as UTC, so that a decision does not depend on where it is made.
var dateLayouts = [...]string{
	time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly, time.RFC1123Z, time.RFC1123,
}

func parseDate(args []any) any {
	s, ok := args[0].(string)
	if !ok {
		return wrong("date takes a string, not %s", typeName(args[0]))
	}
	layouts := dateLayouts[:]
	if len(args) > 1 {
		layout, ok := args[1].(string)
		if !ok {
			return wrong("the layout of a date is a string, not %s", typeName(args[1]))
		}
		layouts = []string{layout}
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return wrong("date: the string is no date; give its layout as a second argument")
}
