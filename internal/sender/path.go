package sender

import "strings"

// Step is one step of a Path: a member, or all elements of a list.
type Step struct {
	Member string
	Every  bool
}

// Or separates names in the path of events of which an object has one or more, as in
// entry[].changes|messaging[].
const Or = "|"

// Path leads into JSON, such as entry[].changes[] or signature.timestamp. A path that is
// "[]" stands for the elements of the outermost list.
type Path []Step

// String returns the path as it is written.
func (p Path) String() string {
	var b strings.Builder
	for i, step := range p {
		switch {
		case step.Every:
			b.WriteString("[]")
		default:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(step.Member)
		}
	}
	return b.String()
}

// ParsePath reads a path; ok is false if it is not one. What other languages of paths write, such
// as $.events, events[0] and events.*, is not: it would look for a member with this name.
func ParsePath(text string) (p Path, ok bool) {
	if text == "" {
		return nil, false
	}
	for name := range strings.SplitSeq(text, ".") {
		name, lists := cutLists(name)
		if name == "" && (len(p) > 0 || lists == 0) {
			return nil, false
		}
		if name == "*" || name == "$" || strings.ContainsAny(name, "[]") || strings.TrimSpace(name) != name {
			return nil, false
		}
		if name != "" {
			p = append(p, Step{Member: name})
		}
		for range lists {
			p = append(p, Step{Every: true})
		}
	}
	return p, true
}

// cutLists removes each "[]" at the end of a name and counts them.
func cutLists(name string) (rest string, lists int) {
	for {
		shorter, found := strings.CutSuffix(name, "[]")
		if !found {
			return name, lists
		}
		name = shorter
		lists++
	}
}
