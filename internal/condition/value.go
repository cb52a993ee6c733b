package condition

import (
	"strings"
	"time"
)

// kinds is a set of types that a value can have. A value of an event is nil, string, int,
// float64, bool, []any or map[string]any; functions also return dates and durations.
type kinds uint16

const (
	isNull kinds = 1 << iota
	isText
	isWhole
	isFraction
	isBool
	isList
	isObject
	isDate
	isSpan

	isNumber = isWhole | isFraction
	isAny    = isSpan<<1 - 1
)

// kindOf returns the type of a value: isNull for nil, 0 for an Unknown. So k <= isNull means
// that there is nothing to compute with.
func kindOf(v any) kinds {
	switch v.(type) {
	case int:
		return isWhole
	case string:
		return isText
	case nil:
		return isNull
	case layout, *pattern:
		return isText
	case float64:
		return isFraction
	case bool:
		return isBool
	case []any:
		return isList
	case map[string]any:
		return isObject
	case time.Time:
		return isDate
	case time.Duration:
		return isSpan
	}
	return 0
}

// class makes both kinds of number one type, as they can be compared.
func (k kinds) class() kinds {
	if k&isNumber != 0 {
		return k | isNumber
	}
	return k
}

// kindNames are the types as docs/rules.md names them; `type` returns the name.
var kindNames = [...]struct {
	kind          kinds
	article, name string
}{
	{isNull, "null", "null"},
	{isText, "a string", "string"},
	{isNumber, "a number", "number"},
	{isBool, "a boolean", "boolean"},
	{isList, "a list", "list"},
	{isObject, "an object", "object"},
	{isDate, "a date", "date"},
	{isSpan, "a duration", "duration"},
}

// String lists the types of a set, as in "a string or a list".
func (k kinds) String() string {
	if k&isNumber == isWhole {
		return strings.Replace((k | isNumber).String(), "a number", "a whole number", 1)
	}
	var names []string
	for _, row := range kindNames {
		if k&row.kind != 0 {
			names = append(names, row.article)
		}
	}
	if len(names) == 0 {
		return "a value of another kind"
	}
	return either(names)
}

// either joins names, as in "a, b or c".
func either(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// TypeOf returns the type of a value as a person names it, such as "a string".
func TypeOf(v any) string { return nameOf(v) }

func nameOf(v any) string { return kindOf(v).class().String() }

// NameOf returns the type of a value as `type` does, such as "string".
func NameOf(v any) string { return typeName(v) }

// typeName returns the type of a value as `type` does.
func typeName(v any) string {
	for _, row := range kindNames {
		if kindOf(v)&row.kind != 0 {
			return row.name
		}
	}
	return "null"
}
