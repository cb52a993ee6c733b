package condition

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"untag/internal/nearest"
)

// absent is the value of a path whose first names exist, up to depth, where `in` does not
// have the next one.
func (r *Run) absent(n *node, in any, depth int) *Unknown {
	if r.tracer == nil {
		return n.missing
	}
	if n.path.Root == "headers" && depth == 0 {
		in = r.scope.root("headers")
	}
	before := Path{n.path.Root, n.path.Names[:depth]}
	return &Unknown{at: n, hint: hintAbout(before.String(), in, n.path.Names[depth])}
}

// absentKey is the value of `a[b]` if a has no b.
func (r *Run) absentKey(n *node, in, key any) *Unknown {
	name, ok := key.(string)
	if r.tracer == nil || !ok {
		return n.missing
	}
	return &Unknown{at: n, hint: hintAbout(n.kids[0].text, in, name)}
}

// hintAbout says what the author of `before.name` may have meant; before has the value in.
func hintAbout(before string, in any, name string) string {
	switch in := in.(type) {
	case nil:
		return fmt.Sprintf("; %s is null", before)
	case map[string]any:
		if near := nearKey(in, name); near != "" {
			return fmt.Sprintf("; there is %s%s", before, below([]string{near}))
		}
		return ""
	}
	switch strings.ToLower(name) {
	case "length", "size", "count", "len":
		return fmt.Sprintf("; write len(%s)", before)
	}
	return fmt.Sprintf("; %s is %s", before, nameOf(in))
}

// maxKeys and maxKey limit the search for a similar name, because an event may have many
// fields, or long names.
const (
	maxKeys = 1000
	maxKey  = 100
)

// nearKey returns the key that is most similar to a name: one that differs only in case and
// signs, or one that looks like a typing error; "" if there is none.
func nearKey(object map[string]any, name string) string {
	if len(object) > maxKeys || len(name) > maxKey {
		return ""
	}
	var others []string
	for _, key := range sortedKeys(object) {
		if letters(key) == letters(name) {
			return key
		}
		if len(key) <= maxKey && strings.EqualFold(key[:min(1, len(key))], name[:min(1, len(name))]) {
			others = append(others, key)
		}
	}
	if utf8.RuneCountInString(name) < 4 {
		return "" // short names are all similar
	}
	return nearest.Of(name, others)
}

// letters returns the letters and digits of a name, in lower case.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// alike notes in a trace that a string and one it was compared with look the same, or almost
// the same.
func (r *Run) alike(v any, others []any) {
	if r.tracer == nil {
		return
	}
	text, ok := v.(string)
	for _, other := range others {
		if other, isText := other.(string); ok && isText && text != other {
			if how := difference(text, other); how != "" {
				r.note("the strings differ only in " + how)
				return
			}
		}
	}
}

// difference says how two strings differ that people take for the same; "" for any others.
func difference(a, b string) string {
	switch {
	case max(len(a), len(b)) > 1000:
		return ""
	case strings.EqualFold(a, b):
		return "upper and lower case; compare lower(…)"
	case strings.TrimSpace(a) == strings.TrimSpace(b):
		return "white space at the beginning or end; compare trim(…)"
	case (disguised(a) || disguised(b)) && skeleton(a) == skeleton(b):
		x, y := firstDifference(a, b)
		return fmt.Sprintf("how a character is encoded: %s and %s", x, y)
	}
	return ""
}

// disguised reports whether a string has a character that people cannot see: a mark that
// follows its letter, a space that no keyboard types, or a format character.
func disguised(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return r >= utf8.RuneSelf && (unicode.IsSpace(r) || unicode.In(r, unicode.Mn, unicode.Cf))
	})
}

// skeleton replaces all kinds of spaces by one, and all letters beyond ASCII by one, no
// matter whether a mark is part of the letter or follows it.
func skeleton(s string) string {
	var out []rune
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Cf, r):
		case unicode.Is(unicode.Mn, r):
			if len(out) > 0 {
				out[len(out)-1] = unicode.ReplacementChar
			}
		case unicode.IsSpace(r):
			out = append(out, ' ')
		case r >= utf8.RuneSelf:
			out = append(out, unicode.ReplacementChar)
		default:
			out = append(out, r)
		}
	}
	return string(out)
}

// firstDifference returns the first two code points in which two strings differ.
func firstDifference(a, b string) (string, string) {
	s, t := []rune(a), []rune(b)
	i := 0
	for i < min(len(s), len(t)) && s[i] == t[i] {
		i++
	}
	at := func(text []rune) string {
		if i == len(text) {
			return "nothing"
		}
		return fmt.Sprintf("U+%04X", text[i])
	}
	return at(s), at(t)
}
