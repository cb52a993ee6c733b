package rules

import (
	"regexp"
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

// cutInFlow reports whether YAML ended a scalar at a comma, as it does inside `{ }`.
func (d *document) cutInFlow(n *yaml.Node) bool {
	n = resolve(n)
	end := d.locate(n, len([]rune(n.Value)))
	if n.Style != 0 || end.line > len(d.lines) {
		return false
	}
	return strings.HasPrefix(strings.TrimLeft(textAfter(d.lines[end.line-1], end.column-1), " "), ",")
}

const (
	flowHint    = "inside `{ }`, YAML ends a value at a comma or bracket, and ` #` begins a comment: put the expression in single quotation marks, or its key on a line of its own"
	bracesHint  = "write the expression alone, as in `id: event.id`, without `{{ }}`"
	quotingHint = "YAML ends a value that begins with a quotation mark at the next one: put the whole value in single quotation marks, or on the lines below `>-`"
)

// syntaxHint says what to do about a line that is not valid YAML; before is the last line
// before it that is not empty.
func syntaxHint(message, line, before string) string {
	expects := strings.Contains(message, "did not find expected")
	switch {
	case strings.Contains(message, "mapping values are not allowed"):
		return "put a value that contains `: ` in single quotation marks, or on the lines below `>-`"
	case strings.Contains(line, "${"):
		return "put a value that contains `${…}` in quotation marks"
	case expects && (strings.Contains(line, "{{") || strings.Contains(before, "{{")):
		return bracesHint
	case expects && (goesOnAfterQuote(line) || goesOnAfterQuote(before)):
		return quotingHint
	case strings.Contains(message, "cannot start any token"):
		return "put a value that begins with `%`, `@` or a backquote in quotation marks, as in \"%3A\""
	case strings.Contains(message, "alphabetic or numeric character"):
		return "put a value that begins with `*` or contains `: ` in quotation marks, as in \"Stage: *\""
	case expects && (cannotBeInFlow(line) || cannotBeInFlow(before)):
		return flowHint
	case strings.Contains(message, "expected '-' indicator"), strings.Contains(message, "expected key"):
		return "check how far this line and those before it are indented, and whether all quotation marks are closed"
	case strings.Contains(message, "expected ',' or"):
		return "a bracket, `[` or `{`, is not closed on this line or on one before"
	case strings.Contains(message, "unexpected end of stream"):
		return "a quotation mark is not closed"
	}
	return ""
}

// notAStringHint says what to do about what YAML did not read as a string.
func notAStringHint(n *yaml.Node) string {
	if n.Kind == yaml.SequenceNode {
		return "write one value, without brackets and without a dash in front of it"
	}
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 {
		return ""
	}
	key, value := n.Content[0], resolve(n.Content[1])
	switch {
	case key.Kind == yaml.MappingNode:
		return bracesHint
	case key.Kind == yaml.ScalarNode && value.Kind == yaml.ScalarNode:
		return "put it in quotation marks: \"" + key.Value + ": " + value.Value + "\""
	}
	return ""
}

// goesOnAfterQuote reports whether a value begins with a quotation mark and goes on after the
// next one.
func goesOnAfterQuote(line string) bool {
	return regexp.MustCompile(`^\s*(?:- )?[\w-]+:\s+(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*[^\s#]`).MatchString(line)
}

// cannotBeInFlow reports whether a line has keys inside `{ }`, and a value there that is not
// quoted and has a bracket or a comment in it.
func cannotBeInFlow(line string) bool {
	return regexp.MustCompile(`\{.*[\w-]+:\s+[^\s"'\[{,][^,"']*(?:[\[{"']|\s#)`).MatchString(line) ||
		regexp.MustCompile(`\{.*\s#`).MatchString(line)
}

func textAfter(text string, offset int) string {
	runes := []rune(text)
	return string(runes[min(max(offset, 0), len(runes)):])
}
