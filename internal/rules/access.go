package rules

// member looks up a field of an object or an element of a list. What is not there, or
// cannot have fields, is missing.
func member(from, key any) any {
	if u := firstUnknown(from, key); u != nil {
		return extend(u, key)
	}
	value, found := lookup(from, key)
	if !found {
		return missing(pathText("", key))
	}
	return value
}

// optional is `a?.b`: null where a or a.b is absent or null.
func optional(from, key any) any {
	if u := firstUnknown(from, key); u != nil {
		if u.fault {
			return u
		}
		return nil
	}
	value, found := lookup(from, key)
	if !found {
		return nil
	}
	return value
}

func lookup(from, key any) (any, bool) {
	switch from := from.(type) {
	case map[string]any:
		name, ok := key.(string)
		if !ok {
			return nil, false
		}
		value, found := from[name]
		return value, found
	case []any:
		i, ok := key.(int)
		if !ok {
			return nil, false
		}
		if i < 0 {
			i += len(from)
		}
		if i < 0 || i >= len(from) {
			return nil, false
		}
		return from[i], true
	}
	return nil, false
}

func extend(u *unknown, key any) *unknown {
	if u.fault || u.what == "" {
		return u
	}
	return missing(pathText(u.what, key))
}

func pathText(path string, key any) string {
	name, ok := key.(string)
	if !ok {
		return path + "[…]"
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

// slice is `list[from:to]`, of a text in characters; bounds outside are moved to the ends.
func slice(of, from, to any) any {
	if u := firstUnknown(of, from, to); u != nil {
		return u
	}
	length := 0
	switch v := of.(type) {
	case string:
		of = []rune(v)
		length = len(of.([]rune))
	case []any:
		length = len(v)
	case nil:
		return missing("null")
	default:
		return wrong("%s has no parts", typeName(of))
	}
	start, ok := bound(from, 0, length)
	end, ok2 := bound(to, length, length)
	if !ok || !ok2 {
		return wrong("the bounds of a part are whole numbers")
	}
	end = max(start, end)
	if s, ok := of.([]rune); ok {
		return string(s[start:end])
	}
	return of.([]any)[start:end]
}

func bound(v any, absent, length int) (int, bool) {
	if v == nil {
		return absent, true
	}
	i, ok := v.(int)
	if i < 0 {
		i += length
	}
	return min(max(i, 0), length), ok
}

func has(v any) any {
	if u, ok := v.(*unknown); ok {
		if u.fault {
			return u
		}
		return false
	}
	return true
}

func makeList(items ...any) any {
	if u := operands(items...); u != nil {
		return u
	}
	return light(append([]any{}, items...))
}

// makeObject takes keys and values in turn.
func makeObject(pairs ...any) any {
	if u := operands(pairs...); u != nil {
		return u
	}
	object := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		key, ok := pairs[i].(string)
		if !ok {
			return wrong("the keys of an object are strings, not %s", typeName(pairs[i]))
		}
		object[key] = pairs[i+1]
	}
	return light(object)
}
