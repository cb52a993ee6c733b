package rules

import "regexp"

// parts lists the leaves of a condition, from left to right.
func (c *condition) parts() []*part {
	if c.op == opPart {
		return []*part{c.part}
	}
	var all []*part
	for _, kid := range c.kids {
		all = append(all, kid.parts()...)
	}
	return all
}

// constant is the value of a condition as far as its constant parts decide it;
// unknown where the event does.
func (c *condition) constant() any {
	switch c.op {
	case opNot:
		return not(c.kids[0].constant())
	case opAnd, opOr:
		result := any(c.op == opAnd)
		for _, kid := range c.kids {
			if c.op == opAnd {
				result = and(result, kid.constant())
			} else {
				result = or(result, kid.constant())
			}
		}
		return result
	}
	if len(c.part.paths) > 0 || readsTime(c.part.text) {
		return missing("")
	}
	return c.part.evaluate(scope{"event": map[string]any{}, "headers": map[string]any{}, "query": map[string]any{}, "source": "", "$budget": new(int)})
}

var timeWord = regexp.MustCompile(`\bnow\b|\$`)

func readsTime(text string) bool { return timeWord.MatchString(text) }

var nilComparison = regexp.MustCompile(`\b(event(?:\.[A-Za-z_]\w*)+)\s*[!=]=\s*nil\b`)

// nilComparisons lists the fields that a part compares with nil.
func nilComparisons(text string) []string {
	var paths []string
	for _, m := range nilComparison.FindAllStringSubmatch(text, -1) {
		paths = append(paths, m[1])
	}
	return paths
}
