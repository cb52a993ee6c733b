package condition

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"untag/internal/nearest"
)

// absent is the value of a path that ends after some of its names, in what the next one is
// not in.
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

// absentKey is the value of `a[b]` where a has no b.
func (r *Run) absentKey(n *node, in, key any) *Unknown {
	name, ok := key.(string)
	if r.tracer == nil || !ok {
		return n.missing
	}
	return &Unknown{at: n, hint: hintAbout(n.kids[0].text, in, name)}
}

// hintAbout says what the author of `before.name` may have meant.
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

// maxKeys and maxKey bound the search for a name that is alike: an event may have many
// fields, or long ones.
const (
	maxKeys = 1000
	maxKey  = 100
)

// nearKey returns the key most like a name: but for case and signs the same, or else misspelt.
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
		return "" // any short name is near to any other
	}
	return nearest.Of(name, others)
}

// letters is a name without case and without what is not a letter or a digit.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// alike notes, in a trace, that a text and one that it is compared with look the same, or
// nearly so.
func (r *Run) alike(v any, others []any) {
	if r.tracer == nil {
		return
	}
	text, ok := v.(string)
	for _, other := range others {
		if other, isText := other.(string); ok && isText && text != other {
			if how := difference(text, other); how != "" {
				r.note("the texts differ only in " + how)
				return
			}
		}
	}
}

// difference says how texts differ that people take for the same; "" for all others.
func difference(a, b string) string {
	switch {
	case max(len(a), len(b)) > 1000:
		return ""
	case strings.EqualFold(a, b):
		return "upper and lower case; compare lower(…)"
	case strings.TrimSpace(a) == strings.TrimSpace(b):
		return "white space at an end; compare trim(…)"
	case (disguised(a) || disguised(b)) && skeleton(a) == skeleton(b):
		x, y := firstDifference(a, b)
		return fmt.Sprintf("how a character is encoded: %s against %s", x, y)
	}
	return ""
}

// disguised reports whether a text has a character that nobody sees: a mark that follows its
// letter, a space that is none of the keyboard, or a format character.
func disguised(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return r >= utf8.RuneSelf && (unicode.IsSpace(r) || unicode.In(r, unicode.Mn, unicode.Cf))
	})
}

// skeleton is a text in which all spaces are alike, and all letters that are not ASCII,
// whether a mark is part of the letter or follows it.
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

// firstDifference returns the code points at which two texts part.
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
