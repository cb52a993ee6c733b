package webhook

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// maxDepth is how deep the names of a form's fields may nest. A field that nests deeper keeps
// its name as it was sent.
const maxDepth = 32

// nested turns the fields of a form whose names have brackets into objects and lists, as PHP,
// Rails and Node.js write them: data[email] is the field email of data, and tags[] or tags[0]
// an item of tags. A field that contradicts another, as a[b] does if there is a field a, keeps
// its name as it was sent.
func nested(fields map[string]any) map[string]any {
	if !slices.ContainsFunc(slices.Collect(maps.Keys(fields)), func(name string) bool { return strings.HasSuffix(name, "]") }) {
		return fields
	}
	root := &branch{of: make(map[string]any)}
	// In this order a name comes before those that continue it.
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		path := pathOf(name)
		if path == nil || !root.put(path, fields[name]) {
			root.of[name] = fields[name]
		}
	}
	for name, value := range root.of {
		root.of[name] = plain(value)
	}
	return root.of
}

// pathOf returns the parts of a name with brackets, the last of them "" for an item of a list,
// or nil if the name has none or has them elsewhere.
func pathOf(name string) []string {
	base, rest, found := strings.Cut(name, "[")
	if !found || base == "" || !strings.HasSuffix(rest, "]") {
		return nil
	}
	path := append([]string{base}, strings.Split(strings.TrimSuffix(rest, "]"), "][")...)
	for i, part := range path {
		if strings.ContainsAny(part, "[]") || part == "" && i < len(path)-1 {
			return nil
		}
	}
	if len(path) > maxDepth {
		return nil
	}
	return path
}

// branch is an object or a list that is being read.
type branch struct{ of map[string]any }

// put adds a value. It returns false, and adds nothing, if another field is in its way.
func (b *branch) put(path []string, value any) bool {
	for i, part := range path[:len(path)-1] {
		switch next := b.of[part].(type) {
		case *branch:
			b = next
		case nil:
			if i > 0 && b.lists() {
				return false
			}
			inner := &branch{of: make(map[string]any)}
			b.of[part] = inner
			b = inner
		default:
			return false
		}
	}
	last := path[len(path)-1]
	if _, taken := b.of[last]; taken || last == "" && len(b.of) > 0 || last != "" && b.lists() {
		return false
	}
	if _, several := value.([]any); last == "" && !several {
		value = []any{value}
	}
	b.of[last] = value
	return true
}

// lists reports whether a branch holds the items of a list without numbers.
func (b *branch) lists() bool {
	_, has := b.of[""]
	return has
}

// plain returns the object or the list that a branch stands for, and other values unchanged.
func plain(value any) any {
	b, isBranch := value.(*branch)
	if !isBranch {
		return value
	}
	if b.lists() {
		return b.of[""]
	}
	for name, item := range b.of {
		b.of[name] = plain(item)
	}
	list := make([]any, len(b.of))
	for i := range list {
		item, has := b.of[strconv.Itoa(i)]
		if !has {
			return b.of
		}
		list[i] = item
	}
	return list
}
