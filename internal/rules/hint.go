package rules

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// commented reports whether YAML dropped the end of a scalar's line as a comment.
func (d *document) commented(n *yaml.Node) bool {
	n = resolve(n)
	const quoted = yaml.LiteralStyle | yaml.FoldedStyle | yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle
	if n.Style&quoted != 0 {
		return false
	}
	end := d.locate(n, len([]rune(n.Value)))
	if end.line > len(d.lines) {
		return false
	}
	rest := strings.TrimLeft(textAfter(d.lines[end.line-1], end.column-1), " ")
	return strings.HasPrefix(rest, "#")
}

// syntaxHint says what to do about a line that is not valid YAML.
func syntaxHint(message, line string) string {
	switch {
	case strings.Contains(message, "mapping values are not allowed"):
		return "put a value that contains `: ` in single quotation marks, or on the lines below `>-`"
	case strings.Contains(line, "${"):
		return "put a value that contains `${…}` in quotation marks"
	case strings.Contains(message, "alphabetic or numeric character"):
		return "put a value that begins with `*` or contains `: ` in quotation marks, as in \"Stage: *\""
	case strings.Contains(message, "expected '-' indicator"), strings.Contains(message, "expected key"):
		return "check how far this line and those before it are indented, and whether all quotation marks are closed"
	case strings.Contains(message, "expected ',' or"):
		return "a bracket, `[` or `{`, is not closed on this line or on one before"
	case strings.Contains(message, "unexpected end of stream"):
		return "a quotation mark is not closed"
	}
	return ""
}

func textAfter(text string, offset int) string {
	runes := []rune(text)
	return string(runes[min(max(offset, 0), len(runes)):])
}
