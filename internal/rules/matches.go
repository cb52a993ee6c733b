package rules

import (
	"regexp"
	"strings"
)

const (
	// maxPattern bounds a pattern that the event brings along, in bytes. A short one can be
	// as slow for every character of a text as it is long when its repetitions are written
	// out.
	maxPattern = 1000
	// A match that may take longer than this, as the size of the text times that of the
	// pattern, can be ended.
	quickMatch = 1 << 20
)

// matches asks whether some part of a text matches a pattern, which is compiled already
// where it is a constant.
func matches(m *meter, a, b any) any {
	if u := operands(a, b); u != nil {
		return u
	}
	s, ok := a.(string)
	if !ok {
		return wrong("matches needs a string, not %s", typeName(a))
	}
	pattern, compiled := b.(*regexp.Regexp)
	if !compiled {
		t, ok := b.(string)
		if !ok {
			return wrong("matches needs a string, not %s", typeName(b))
		}
		if len(t) > maxPattern {
			return wrong("the pattern is longer than %d bytes", maxPattern)
		}
		var err error
		if pattern, err = regexp.Compile(t); err != nil {
			return wrong("the pattern is not a regular expression")
		}
	}
	length := len(pattern.String())
	if compiled && len(s)*length <= quickMatch {
		return pattern.MatchString(s)
	}
	work := length
	if strings.Contains(pattern.String(), "{") {
		work = lookEvery // a repetition may be a thousand times as long as it is written
	}
	return pattern.MatchReader(&metered{runes: strings.NewReader(s), meter: m, work: work})
}
