package copyas

import (
	"encoding/json"

	"untag/internal/rules"
)

// small is the size of an event, as JSON in bytes, up to which a test has all of it: a field that no
// rule reads yet may be the one that a rule should read.
const small = 1 << 10

// pruned returns the fields of an event that a test of the rules needs: all of a small event,
// otherwise those that the rules of its source can read.
func pruned(fields map[string]any, paths []rules.ReadPath) map[string]any {
	if written, err := json.Marshal(fields); err == nil && len(written) <= small {
		return fields
	}
	var read [][]string
	for _, path := range paths {
		if !path.Query {
			read = append(read, path.Names)
		}
	}
	kept, _ := keep(fields, read).(map[string]any)
	return kept
}

// keep returns the part of a value to which the paths lead.
func keep(v any, paths [][]string) any {
	object, ok := v.(map[string]any)
	if !ok {
		return v
	}
	below := make(map[string][][]string)
	for _, path := range paths {
		if len(path) == 0 {
			return v
		}
		below[path[0]] = append(below[path[0]], path[1:])
	}
	kept := make(map[string]any)
	for name, paths := range below {
		if item, has := object[name]; has {
			kept[name] = keep(item, paths)
		}
	}
	return kept
}
