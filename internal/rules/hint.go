package rules

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// meant gives how something is written here that people write who know another
// language; "" for all else.
func meant(word string) string {
	switch word {
	case "null", "NULL", "Null", "none", "None":
		return "nil"
	case "True", "TRUE", "yes":
		return "true"
	case "False", "FALSE", "no":
		return "false"
	case "AND", "And":
		return "and"
	case "OR", "Or":
		return "or"
	case "NOT", "Not":
		return "not"
	case "IN", "In":
		return "in"
	case "=", "===", "is", "IS", "equals":
		return "=="
	case "<>", "!==":
		return "!="
	case "like", "LIKE":
		return "contains"
	}
	return ""
}

// plainFault says the same as a message of the expression library, without the names
// that its parts have among programmers.
func plainFault(message string) string {
	if message == "unexpected token EOF" {
		return "the expression ends too early"
	}
	if _, token, ok := unexpected(message); ok {
		return "unexpected `" + token + "`"
	}
	return message
}

// unexpected takes the kind and the text of the token from a message of the parser,
// such as `unexpected token Operator("=")`.
func unexpected(message string) (kind, token string, ok bool) {
	rest, ok := strings.CutPrefix(message, "unexpected token ")
	if !ok {
		return "", "", false
	}
	kind, rest, ok = strings.Cut(rest, `("`)
	token, closed := strings.CutSuffix(rest, `")`)
	return kind, token, ok && closed
}

// expressionHint says what to do about a fault of an expression.
func (d *document) expressionHint(n *yaml.Node, p *placed) string {
	if name, ok := strings.CutPrefix(p.message, "unknown name "); ok {
		return nameHint(name, textAfter(resolve(n).Value, p.offset+len([]rune(name))))
	}
	before := strings.TrimRight(textBefore(resolve(n).Value, p.offset), " ")
	switch kind, token, _ := unexpected(p.message); {
	case p.message == "unexpected token EOF" || strings.HasPrefix(p.message, "literal not terminated"):
		if d.commented(n) {
			return "YAML takes ` #` and what follows for a comment; write the expression in the lines below `>-`"
		}
		if p.message == "unexpected token EOF" {
			return "something is missing at its end, such as a value or a closing bracket"
		}
		return "the closing quotation mark is missing"
	case strings.HasPrefix(p.message, "unrecognized character"):
		return `text stands in straight quotation marks: "Closed Won"`
	case token == "{" && strings.HasSuffix(before, "$"):
		return "write the expression alone, as in `event.id`; `${…}` is for texts"
	case token == "=" && (strings.HasSuffix(before, "==") || strings.HasSuffix(before, "!=")):
		return "write `" + meant(before[len(before)-2:]+token) + "`"
	case token == ">" && strings.HasSuffix(before, "<"):
		return "write `" + meant("<>") + "`"
	case token == ",":
		return `a list stands in square brackets: ["Closed Won", "Closed Lost"]`
	case token == ")" || token == "]" || token == "}":
		return "nothing is open that it could close"
	case meant(token) != "":
		return "write `" + meant(token) + "`"
	case kind == "Identifier" || kind == "Number" || kind == "String":
		if word := lastWord(before); meant(word) != "" {
			return "write `" + meant(word) + "` in place of `" + word + "`"
		}
		return `an operator is missing before it, such as == or and; a name with a space in it is written event["Deal Name"]`
	}
	return ""
}

// nameHint says what to do about a name that is not there.
func nameHint(name, after string) string {
	if m := meant(name); m != "" {
		return "write `" + m + "`"
	}
	if strings.HasPrefix(strings.TrimLeft(after, " "), "(") {
		hint := "docs/rules.md lists the functions"
		if near := closest(name, functionNames()); near != "" {
			hint = "did you mean `" + near + "`? " + hint
		}
		return hint
	}
	hint := "an expression sees event, headers, query, source, and record in `where`; a field is event." + name + `, text stands in quotation marks: "` + name + `"`
	if near := closest(name, []string{"event", "headers", "query", "source", "record"}); near != "" {
		hint = "did you mean `" + near + "`? An expression sees event, headers, query, source, and record in `where`"
	}
	return hint
}

func functionNames() []string {
	var names []string
	for _, f := range Functions() {
		names = append(names, f.Name)
	}
	return names
}

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
		return "put a text that contains `${…}` in quotation marks"
	case strings.Contains(message, "alphabetic or numeric character"):
		return "put a text that begins with `*` or contains `: ` in quotation marks, as in \"Stage: *\""
	case strings.Contains(message, "expected '-' indicator"), strings.Contains(message, "expected key"):
		return "check how far this line and those before it are indented, and whether all quotation marks are closed"
	case strings.Contains(message, "expected ',' or"):
		return "a bracket, `[` or `{`, is not closed on this line or on one before"
	case strings.Contains(message, "unexpected end of stream"):
		return "a quotation mark is not closed"
	}
	return ""
}

func textBefore(text string, offset int) string {
	runes := []rune(text)
	return string(runes[:min(max(offset, 0), len(runes))])
}

func textAfter(text string, offset int) string {
	runes := []rune(text)
	return string(runes[min(max(offset, 0), len(runes)):])
}

func lastWord(text string) string {
	return text[strings.LastIndexAny(text, " ()")+1:]
}
