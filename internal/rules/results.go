package rules

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"untag/internal/jsonvalue"
)

// tooBig refuses the calls that would make much out of little, before they do.
func tooBig(name string, args []any) *unknown {
	texts := make([]string, 0, 4)
	for _, a := range args {
		s, _ := a.(string)
		texts = append(texts, s)
	}
	size := 0
	switch {
	case name == "replace" && len(args) >= 3:
		size = len(texts[0]) + strings.Count(texts[0], texts[1])*len(texts[2])
	case name == "repeat" && len(args) == 2:
		n, _ := args[1].(int)
		if n > maxText {
			n = maxText + 1
		}
		size = len(texts[0]) * max(n, 0)
	case name == "join":
		list, _ := args[0].([]any)
		for _, item := range list {
			s, _ := item.(string)
			size += len(s)
			if len(args) > 1 {
				size += len(texts[1])
			}
		}
	case name == "split" || name == "splitAfter":
		if len(args) > 1 && texts[1] == "" && utf8.RuneCountInString(texts[0]) > maxWeight {
			return wrong("%s makes a list of more than %d elements", name, maxWeight)
		}
	case name == "string" && len(args) == 1:
		size = textSize(args[0])
	case name == "toJSON" || name == "flatten" || name == "concat" || name == "fromPairs":
		weight := 0
		for _, a := range args {
			weight += weigh(a)
		}
		if weight > maxWeight {
			return wrong("%s of more than %d elements", name, maxWeight)
		}
		if name == "toJSON" {
			size = textSize(args[0])
		}
	}
	if size > maxText {
		return wrong("%s makes a text of more than %d bytes", name, maxText)
	}
	return nil
}

// textSize is how many bytes the texts within a value have, up to a little over maxText:
// a list may have the same long text in it many times.
func textSize(v any) int {
	size, left := 0, maxWeight
	var walk func(any)
	walk = func(v any) {
		if left--; left < 0 || size > maxText {
			return
		}
		switch v := v.(type) {
		case string:
			size += len(v)
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			for name, item := range v {
				size += len(name)
				walk(item)
			}
		}
	}
	walk(v)
	return size
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
	case string:
		if len(v) > maxText {
			return wrong("the expression makes a text of more than %d bytes", maxText)
		}
	case map[any]any:
		object := make(map[string]any, len(v))
		for key, value := range v {
			object[fmt.Sprint(key)] = value
		}
		return object
	}
	return v
}

// entries gives the keys, the values, or both, of an object in the order of its keys:
// the same event gives the same decision.
func entries(name string, args []any) any {
	object, ok := args[0].(map[string]any)
	if !ok || len(args) != 1 {
		return wrong("%s takes an object, not %s", name, typeNames(args))
	}
	list := make([]any, 0, len(object))
	for _, key := range sortedKeys(object) {
		switch name {
		case "keys":
			list = append(list, key)
		case "values":
			list = append(list, object[key])
		default:
			list = append(list, []any{key, object[key]})
		}
	}
	return list
}

// maxComposite bounds how many lists and objects uniq compares with one another.
const maxComposite = 500

// uniq keeps the first of equal elements.
func uniq(m *meter, args []any) any {
	if u := operands(args...); u != nil {
		return u
	}
	list, ok := args[0].([]any)
	if !ok || len(args) != 1 {
		return wrong("uniq takes a list, not %s", typeNames(args))
	}
	kept := make([]any, 0, len(list))
	seen := make(map[any]bool, len(list))
	var composite []any
	for _, item := range list {
		switch item.(type) {
		case []any, map[string]any:
			if containsEqual(m, composite, item) {
				continue
			}
			if composite = append(composite, item); len(composite) > maxComposite {
				return wrong("uniq of more than %d different lists or objects", maxComposite)
			}
		default:
			key := item
			if f, ok := item.(float64); ok && f == float64(int(f)) {
				key = int(f)
			}
			if seen[key] {
				continue
			}
			seen[key] = true
		}
		kept = append(kept, item)
	}
	return kept
}

func containsEqual(m *meter, list []any, item any) bool {
	work := size(item)
	for _, other := range list {
		m.look(work)
		if equal(item, other) == true {
			return true
		}
	}
	return false
}

// fromJSON reads a text as the body of an event is read: numbers keep every digit.
func fromJSON(args []any) any {
	s, ok := args[0].(string)
	if !ok || len(args) != 1 {
		return wrong("fromJSON takes a string, not %s", typeNames(args))
	}
	value, err := jsonvalue.Decode([]byte(s))
	if err != nil {
		return wrong("fromJSON: the string is not JSON")
	}
	return light(value)
}
