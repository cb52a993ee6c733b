package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/builtin"
)

// allowed are the functions of expr that take values only. What reads the clock, can
// make much out of little, or runs forever is not among them.
var allowed = [...]string{
	"len", "type", "abs", "ceil", "floor", "round", "int", "float", "string", "trim", "trimPrefix", "trimSuffix",
	"upper", "lower", "split", "splitAfter", "replace", "join", "indexOf", "lastIndexOf", "hasPrefix", "hasSuffix",
	"max", "min", "mean", "median", "toJSON", "fromJSON", "toBase64", "fromBase64", "duration",
	"first", "last", "take", "keys", "values", "toPairs", "fromPairs", "reverse", "uniq", "concat",
	"flatten", "sort", "repeat", "bitand", "bitor", "bitxor", "bitnand", "bitshl", "bitshr", "bitushr", "bitnot",
}

// predicates are the functions that ask something of every element.
var predicates = [...]string{
	"any", "all", "none", "one", "count", "filter", "map", "find", "findIndex", "findLast", "findLastIndex",
	"sum", "groupBy", "sortBy",
}

func isAllowed(name string) bool {
	return slices.Contains(allowed[:], name) || name == "date"
}

func isPredicate(name string) bool { return slices.Contains(predicates[:], name) }

// call calls a function by its name. An unknown argument makes the result unknown;
// one that the function refuses makes it a fault that names the function alone, as
// the text of the refusal may quote the argument.
func call(name string, args ...any) any {
	if u := operands(args...); u != nil {
		return u
	}
	if u := tooBig(name, args); u != nil {
		return u
	}
	switch name {
	case "digits":
		return digits(args)
	case "date":
		return parseDate(args)
	case "keys", "values", "toPairs":
		return entries(name, args)
	case "fromJSON":
		return fromJSON(args)
	}
	result, err := callBuiltin(name, args)
	if err != nil {
		return wrong("%s(%s) has no value: the argument does not fit", name, typeNames(args))
	}
	return light(finite(plain(result)))
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

func typeNames(args []any) string {
	names := make([]string, len(args))
	for i, a := range args {
		names[i] = typeName(a)
	}
	return strings.Join(names, ", ")
}
