package condition

import (
	"encoding/json"
	"strings"

	"untag/internal/jsonvalue"
)

// objectFunctions are the functions of objects and JSON.
var objectFunctions = [...]function{
	{name: "keys", section: Objects, takes: []kinds{isObject}, least: 1, gives: isList, cost: keysCost, run: keys,
		about: "the keys of an object, sorted", example: `keys({"b": 1, "a": 2})`, result: `["a", "b"]`},
	{name: "values", section: Objects, takes: []kinds{isObject}, least: 1, gives: isList, cost: keysCost, run: values,
		about: "the values of an object, in the order of its sorted keys", example: `values({"b": 1, "a": 2})`, result: `[2, 1]`},
	{name: "toJSON", section: Objects, takes: []kinds{isAny &^ (isNull | isDate | isSpan)}, least: 1, gives: isText, run: toJSON,
		about: "a value as JSON", example: `toJSON(["a", 1])`, result: `'["a",1]'`},
	{name: "fromJSON", section: Objects, takes: []kinds{isText}, least: 1, gives: isAny, cost: jsonCost, run: fromJSON,
		about: "the value of a string of JSON; numbers keep every digit", example: `fromJSON("[5725767000000524157]")[0]`, result: `5725767000000524157`},
}

// keysCost is the cost of a sorted list of keys.
func keysCost(args []any) int { return sortCost(len(args[0].(map[string]any))) }

func keys(_ *Run, _ *node, args []any) any {
	object := args[0].(map[string]any)
	list := make([]any, 0, len(object))
	for _, key := range sortedKeys(object) {
		list = append(list, key)
	}
	return list
}

func values(_ *Run, _ *node, args []any) any {
	object := args[0].(map[string]any)
	list := make([]any, 0, len(object))
	for _, key := range sortedKeys(object) {
		list = append(list, object[key])
	}
	return list
}

// jsonCost is the cost of reading JSON: small lists take sixty times their size in memory.
func jsonCost(args []any) int { return 8 * sizeOf(args[0]) }

// fromJSON reads JSON in the same way as the body of an event.
func fromJSON(r *Run, n *node, args []any) any {
	v, err := jsonvalue.Decode([]byte(args[0].(string)))
	if err != nil {
		return r.wrong(n, "fromJSON: the string is not valid JSON")
	}
	return v
}

func toJSON(r *Run, n *node, args []any) any {
	var out strings.Builder
	if u := r.write(n, &out, args[0], 0); u != nil {
		return u
	}
	return out.String()
}

// write writes a value as JSON with sorted keys, so that equal values have equal JSON. Every
// part is charged before it is written, because a list can contain the same list many times.
func (r *Run) write(n *node, out *strings.Builder, v any, depth int) *Unknown {
	if depth > maxDepth {
		return r.nestedTooDeep(n)
	}
	if !r.charge(25 + sizeOf(v)) {
		return r.stopped(n)
	}
	switch v := v.(type) {
	case []any:
		out.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				out.WriteByte(',')
			}
			if u := r.write(n, out, item, depth+1); u != nil {
				return u
			}
		}
		out.WriteByte(']')
		return nil
	case map[string]any:
		return r.writeObject(n, out, v, depth)
	}
	if key, kind := Key(v); kind == NumberKind {
		v = key // 1.0 as 1
	}
	text, err := json.Marshal(v)
	if err != nil {
		return r.wrong(n, "%s cannot be written as JSON", nameOf(v))
	}
	out.Write(text)
	return nil
}

func (r *Run) writeObject(n *node, out *strings.Builder, object map[string]any, depth int) *Unknown {
	if !r.charge(sortCost(len(object))) {
		return r.stopped(n)
	}
	out.WriteByte('{')
	for i, key := range sortedKeys(object) {
		if i > 0 {
			out.WriteByte(',')
		}
		if u := r.write(n, out, key, depth); u != nil {
			return u
		}
		out.WriteByte(':')
		if u := r.write(n, out, object[key], depth+1); u != nil {
			return u
		}
	}
	out.WriteByte('}')
	return nil
}
