package rules

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"untag/internal/sender"
)

// conditionHint says what a condition of this kind names.
func conditionHint(kind string) string {
	if kind == "json" {
		return "write the path of one value, with dots between the names, as in `json: data.challenge`"
	}
	return "write a name without spaces, as in `" + kind + ": challenge`"
}

// answerHeader reports a header of an answer that could make it something other than a text
// that is sent back: anyone may ask for the answer, with a value that they choose.
func (m *mapping) answerHeader(n *yaml.Node, name string) {
	lower := strings.ToLower(name)
	if strings.HasPrefix(lower, "content-") || slices.Contains([]string{
		"x-content-type-options", "set-cookie", "location", "refresh", "link", "connection", "transfer-encoding", "upgrade", "www-authenticate",
	}, lower) {
		m.f.wrong(at(n), "remove it: an answer is plain text or JSON, and untag writes its headers", "%s cannot set the header `%s`", m.what, name)
	}
}

// checkSize reports an answer whose own text is longer than any answer may be, or which a header
// cannot hold.
func (m *mapping) checkSize(name string, t sender.Template) {
	size := 0
	for _, part := range t {
		size += len(part.Literal)
		if strings.HasPrefix(m.what, "`header` ") && strings.ContainsFunc(part.Literal, func(c rune) bool { return c < ' ' || c > '~' }) {
			m.f.wrong(at(m.values[name]), "write it on one line, in letters, digits and signs of ASCII", "`%s` of %s has characters that a header cannot hold", name, m.what)
		}
	}
	if size > maxReply {
		m.f.wrong(at(m.values[name]), "write a shorter text", "`%s` of %s is over 1 KiB", name, m.what)
	}
}
