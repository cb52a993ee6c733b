package condition

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// textFunctions are the functions of strings.
var textFunctions = [...]function{
	{name: "lower", section: Text, takes: []kinds{isText}, least: 1, gives: isText, cost: lettersCost, run: onText(strings.ToLower),
		about: "a string in lower case", example: `lower("Ada@Example.COM")`, result: `"ada@example.com"`},
	{name: "upper", section: Text, takes: []kinds{isText}, least: 1, gives: isText, cost: lettersCost, run: onText(strings.ToUpper),
		about: "a string in upper case", example: `upper("won")`, result: `"WON"`},
	{name: "trim", section: Text, takes: []kinds{isText, isText}, least: 1, gives: isText, cost: pairCost, run: trim,
		about: "a string without white space at its beginning and end, or without the given characters there", example: `trim("  won ")`, result: `"won"`},
	{name: "trimPrefix", section: Text, takes: []kinds{isText, isText}, least: 2, gives: isText, run: onTexts(strings.TrimPrefix),
		about: "a string without the given beginning", example: `trimPrefix("mailto:ada", "mailto:")`, result: `"ada"`},
	{name: "trimSuffix", section: Text, takes: []kinds{isText, isText}, least: 2, gives: isText, run: onTexts(strings.TrimSuffix),
		about: "a string without the given end", example: `trimSuffix("ada.", ".")`, result: `"ada"`},
	{name: "hasPrefix", section: Text, takes: []kinds{isText, isText}, least: 2, gives: isBool, run: onTexts(strings.HasPrefix),
		about: "whether a string begins with another", example: `hasPrefix("Closed Won", "Closed")`, result: `true`},
	{name: "hasSuffix", section: Text, takes: []kinds{isText, isText}, least: 2, gives: isBool, run: onTexts(strings.HasSuffix),
		about: "whether a string ends with another", example: `hasSuffix("Closed Won", "Won")`, result: `true`},
	{name: "indexOf", section: Text, takes: []kinds{isText, isText}, least: 2, gives: isWhole, cost: textsCost, run: onTexts(indexOf(strings.Index)),
		about: "the position of a string in another, in characters from 0; -1 if it is not there", example: `indexOf("ä-b", "-")`, result: `1`},
	{name: "lastIndexOf", section: Text, takes: []kinds{isText, isText}, least: 2, gives: isWhole, cost: textsCost, run: onTexts(indexOf(strings.LastIndex)),
		about: "the position where a string occurs last in another; -1 if it is not there", example: `lastIndexOf("a-b-c", "-")`, result: `3`},
	{name: "split", section: Text, takes: []kinds{isText, isText, isWhole}, least: 2, gives: isList, cost: textsCost, run: split,
		about: "the parts of a string between separators; a third argument limits their number", example: `split("a;b", ";")`, result: `["a", "b"]`},
	{name: "join", section: Text, takes: []kinds{isList, isText}, least: 1, gives: isText, run: join,
		about: "a list of strings joined into one", example: `join(["a", "b"], "-")`, result: `"a-b"`},
	{name: "replace", section: Text, takes: []kinds{isText, isText, isText, isWhole}, least: 3, gives: isText, cost: textsCost, run: replace,
		about: "a string with every occurrence of another replaced; a fourth argument limits how many are replaced", example: `replace("a b", " ", "_")`, result: `"a_b"`},
	{name: "digits", section: Text, takes: []kinds{isText | isWhole}, least: 1, gives: isText, cost: lettersCost, run: digits,
		about: "the digits of a string, such as a phone number", example: `digits("+49 (30) 1234-567")`, result: `"49301234567"`},
	{name: "string", section: Text, takes: []kinds{isText | isNumber | isBool | isDate | isSpan}, least: 1, gives: isText, run: toText,
		about: "a value as a string", example: `string(42)`, result: `"42"`},
	{name: "len", section: Text, takes: []kinds{isText | isList | isObject}, least: 1, gives: isWhole, cost: textsCost, run: length,
		about: "the number of characters in a string, elements in a list, or keys in an object", example: `len("won")`, result: `3`},
}

// textsCost is the cost of searching the first argument.
func textsCost(args []any) int { return sizeOf(args[0]) / 8 }

// readCost is the cost of reading a short string as a date or a number.
func readCost(args []any) int { return 150 + sizeOf(args[0])/8 }

// lettersCost is the cost of looking at each character. Those beyond ASCII take longer.
func lettersCost(args []any) int {
	s, _ := args[0].(string)
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return 4 * len(s)
		}
	}
	return len(s) / 2
}

// pairCost is the cost of searching for each character of one string in another.
func pairCost(args []any) int {
	if len(args) < 2 {
		return sizeOf(args[0]) / 4
	}
	return sizeOf(args[0]) * (1 + sizeOf(args[1])/8)
}

func onText(compute func(string) string) func(*Run, *node, []any) any {
	return func(_ *Run, _ *node, args []any) any { return compute(args[0].(string)) }
}

func onTexts[T any](compute func(s, t string) T) func(*Run, *node, []any) any {
	return func(_ *Run, _ *node, args []any) any { return compute(args[0].(string), args[1].(string)) }
}

func indexOf(search func(s, t string) int) func(s, t string) int {
	return func(s, t string) int {
		i := search(s, t)
		if i < 0 {
			return i
		}
		return utf8.RuneCountInString(s[:i])
	}
}

func trim(_ *Run, _ *node, args []any) any {
	if len(args) == 1 {
		return strings.TrimSpace(args[0].(string))
	}
	return strings.Trim(args[0].(string), args[1].(string))
}

func split(r *Run, n *node, args []any) any {
	text, separator, most := args[0].(string), args[1].(string), -1
	if len(args) > 2 {
		most = args[2].(int)
	}
	if !r.charge(8 * (strings.Count(text, separator) + 1)) {
		return r.stopped(n)
	}
	parts := strings.SplitN(text, separator, most)
	list := make([]any, len(parts))
	for i, part := range parts {
		list[i] = part
	}
	return list
}

func join(r *Run, n *node, args []any) any {
	list, glue := args[0].([]any), ""
	if len(args) > 1 {
		glue = args[1].(string)
	}
	if !r.charge(2 * len(list)) {
		return r.stopped(n)
	}
	texts, size := make([]string, len(list)), 0
	for i, item := range list {
		text, ok := item.(string)
		if !ok {
			if item == nil {
				return &Unknown{at: n, what: "join: a null in the list is not a string"}
			}
			return r.wrong(n, "join takes a list of strings, not of %s", plural(item)).advise("convert them with map(…, string(#))")
		}
		texts[i] = text
		size += len(text) + len(glue)
	}
	if !r.charge(size / 8) {
		return r.stopped(n)
	}
	return strings.Join(texts, glue)
}

// plural is the plural of the type of a value.
func plural(v any) string { return typeName(v) + "s" }

func replace(r *Run, n *node, args []any) any {
	s, from, to, most := args[0].(string), args[1].(string), args[2].(string), -1
	if len(args) > 3 {
		most = args[3].(int)
	}
	count := strings.Count(s, from)
	if most >= 0 {
		count = min(count, most)
	}
	if !r.charge(4*count + count*len(to)/8) {
		return r.stopped(n)
	}
	return strings.Replace(s, from, to, most)
}

func digits(_ *Run, _ *node, args []any) any {
	if i, ok := args[0].(int); ok {
		args[0] = strconv.Itoa(i)
	}
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, args[0].(string))
}

// toText converts a value to a string.
func toText(_ *Run, _ *node, args []any) any {
	text, _ := TextOf(args[0])
	return text
}

// TextOf returns the text of a string, a number, a boolean, a date or a duration.
func TextOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int:
		return strconv.Itoa(v), true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case time.Time:
		return v.Format(time.RFC3339Nano), true
	case time.Duration:
		return v.String(), true
	}
	return "", false
}

func length(_ *Run, _ *node, args []any) any {
	switch v := args[0].(type) {
	case string:
		return utf8.RuneCountInString(v)
	case []any:
		return len(v)
	}
	return len(args[0].(map[string]any))
}
