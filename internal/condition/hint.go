package condition

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/expr-lang/expr/parser/utils"

	"untag/internal/nearest"
)

// meant translates a word or sign of another language to that of this one; "" for any other.
func meant(word string) string {
	switch word {
	case "null", "NULL", "Null", "none", "None", "undefined":
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
	case "startswith", "starts", "StartsWith", "beginsWith", "begins":
		return "startsWith"
	case "endswith", "ends", "EndsWith":
		return "endsWith"
	case "&":
		return "and"
	case "|":
		return "or"
	}
	return ""
}

// plainMessage rewrites a message of the parser without the terms of programmers.
func plainMessage(message string) string {
	_, token, ok := unexpected(message)
	switch {
	case message == "unexpected token EOF" || message == "unexpected end of expression":
		return "the expression ends too early"
	case strings.Contains(message, "exceeds maximum allowed nodes"):
		return "the expression is too long: more than 10,000 parts"
	case strings.HasPrefix(message, "invalid integer literal"):
		return "the number is too large for 64 bits"
	case strings.HasPrefix(message, "a map key must be"):
		return "an object consists of names and values, as in {\"a\": 1}"
	case message == "expected name":
		return "a name is missing after the dot"
	case strings.HasPrefix(message, "bad number syntax"):
		return "this is not a number"
	case strings.HasPrefix(message, "unrecognized character"):
		return "unexpected character"
	case message == "literal not terminated":
		return "the string is not closed"
	case strings.HasPrefix(message, "Operator (??)"), strings.Contains(message, "coalesce expressions"):
		return "`??` next to another operator needs parentheses, as in (a ?? b) == c"
	case ok:
		return "unexpected `" + token + "`"
	}
	return message
}

// unexpected returns the kind and the text of the token in a message of the parser such as
// `unexpected token Operator("=")`.
func unexpected(message string) (kind, token string, ok bool) {
	rest, ok := strings.CutPrefix(message, "unexpected token ")
	if !ok {
		return "", "", false
	}
	kind, rest, ok = strings.Cut(rest, `("`)
	token, closed := strings.CutSuffix(rest, `")`)
	return kind, token, ok && closed
}

// syntaxHint says what to write instead of what the parser rejected at an offset.
func syntaxHint(text string, offset int, message string) string {
	runes := []rune(text)
	offset = min(max(offset, 0), len(runes))
	before, after := string(runes[:offset]), string(runes[offset:])
	if written := bracketed(wordAround(text, len(before))); written != "" {
		return "write " + written
	}
	trimmed := strings.TrimRight(before, " ")
	switch {
	case message == "unexpected token EOF" || message == "unexpected end of expression":
		return "something is missing at its end, such as a value or a closing bracket"
	case strings.HasPrefix(message, "literal not terminated"):
		return "add the closing quotation mark"
	case strings.HasPrefix(message, "unrecognized character"):
		return `put text in straight quotation marks, as in "Closed Won"`
	case strings.HasPrefix(message, "invalid integer literal"):
		return "if it is an id, put it in quotation marks"
	case strings.HasPrefix(after, "{") && strings.HasSuffix(trimmed, "{"), strings.HasPrefix(message, "a map key must be"):
		return "write the expression alone, as in event.id, without {{ }}"
	}
	kind, token, _ := unexpected(message)
	return tokenHint(kind, token, trimmed, after)
}

// tokenHint says what to write instead of a word or sign that is in the wrong place.
func tokenHint(kind, token, before, after string) string {
	switch {
	case token == "{" && strings.HasSuffix(before, "$"):
		return "write the expression alone, as in event.id, without ${ }"
	case token == "=" && strings.HasPrefix(after, "=>"):
		return "write `#` for the element, as in any(event.items, #.price > 100)"
	case token == "=" && (strings.HasSuffix(before, "==") || strings.HasSuffix(before, "!=")):
		return "write `" + meant(before[len(before)-2:]+token) + "`"
	case token == "&":
		return "write `and`, or `&&`"
	case token == "|":
		return "write `or`, or `||`"
	case strings.EqualFold(token, "does"):
		return "write `contains`, or `not contains`"
	case strings.EqualFold(token, "is"):
		return isHint(lastWord(before), strings.ToLower(after[len(token):]))
	case kind == "Operator" && strings.HasPrefix(after, token+"("):
		return "write `" + token + "` between two values, as in event.Name " + token + ` "text"`
	case token == ">" && strings.HasSuffix(before, "<"):
		return "write `" + meant("<>") + "`"
	case token == "," && thousands(before, after):
		return "write the number without separators, as in 10000"
	case token == ",":
		return `put a list in square brackets, as in ["Closed Won", "Closed Lost"]`
	case token == ")" || token == "]" || token == "}":
		return "there is no opening bracket for it"
	case meant(token) != "":
		return "write `" + meant(token) + "`"
	case kind == "Identifier" || kind == "Number" || kind == "String":
		if word := lastWord(before); meant(word) != "" {
			return "write `" + meant(word) + "` instead of `" + word + "`"
		}
		if other := otherName(lastWord(before), nil); other != "" {
			return "write " + otherName(lastWord(before), []string{firstWord(after)})
		}
		if written := spaced(before, after); written != "" {
			return "if the name contains a space, write " + written
		}
		return `an operator is missing before it, such as == or and; a name that contains a space is written as in event["Deal Name"]`
	}
	return ""
}

// isHint says what to write instead of `is`, and of `is not` and `is empty`.
func isHint(field, after string) string {
	words := strings.Fields(strings.Trim(after, "()"))
	negated := len(words) > 0 && words[0] == "not"
	if negated {
		words = words[1:]
	}
	name := "isNull"
	switch {
	case len(words) == 0:
	case words[0] == "empty" || words[0] == "blank":
		name = "isEmpty"
	case words[0] == "defined" || words[0] == "present" || words[0] == "set":
		negated = !negated
	case !negated && words[0] != "null" && words[0] != "nil" && words[0] != "none" && words[0] != "missing":
		return "write `==`"
	case words[0] != "null" && words[0] != "nil" && words[0] != "none" && words[0] != "missing":
		return "write `!=`"
	}
	if negated {
		name = "not" + name
	}
	return "write " + otherName(name, []string{field})
}

// singlePipe returns the offset, in runes, of a single `|` between two conditions, which the
// parser takes for a call of the word after it. The parser stopped at an offset.
func singlePipe(text string, offset int) (int, bool) {
	runes := []rune(text)
	before := strings.TrimRight(string(runes[:min(max(offset, 0), len(runes))]), " ")
	word := before[strings.LastIndexFunc(before, func(r rune) bool { return !utils.IsAlphaNumeric(r) })+1:]
	before = strings.TrimRight(strings.TrimSuffix(before, word), " ")
	rest, ok := strings.CutSuffix(before, "|")
	if !ok || strings.HasSuffix(rest, "|") || functionOf(word) != nil {
		return 0, false
	}
	return utf8.RuneCountInString(rest), true
}

// thousands reports whether a comma separates thousands, as in 10,000.
func thousands(before, after string) bool {
	digits := strings.TrimPrefix(after, ",")
	end := strings.IndexFunc(digits, func(r rune) bool { return !unicode.IsDigit(r) })
	return before != "" && unicode.IsDigit(rune(before[len(before)-1])) && (end == 3 || end < 0 && len(digits) == 3)
}

func firstWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}

func lastWord(text string) string { return text[strings.LastIndexAny(text, " ()")+1:] }

// nameHint says what to write instead of an unknown name.
func (b *builder) nameHint(name string, token int) string {
	if written := bracketed(wordAround(b.tokens.text, b.tokens.list[token].begin)); written != "" {
		return "write " + written
	}
	if m := meant(name); m != "" {
		return "write `" + m + "`"
	}
	if strings.EqualFold(name, "empty") || strings.EqualFold(name, "blank") {
		return `for text write "", as in event.Stage == "", for a list len(event.list) == 0`
	}
	if b.tokens.is(token-1, "[") && b.tokens.is(token+1, "]") {
		field := wordAround(b.tokens.text, b.tokens.list[token-1].begin)
		return "write " + field + `["` + name + `"], or if the brackets are part of the name, event["` + strings.TrimPrefix(field, "event.") + "[" + name + `]"]`
	}
	known := slices.Clone(roots[:])
	for _, v := range b.variables {
		known = append(known, v.name)
	}
	if near := nearest.Of(name, known); near != "" {
		return "did you mean `" + near + "`? Expressions can use event, headers, query and source, and record in `where`"
	}
	if len(b.predicates) > 0 {
		return "write the element as #, as in #.price > 100, or a field of the event as event." + name
	}
	return "write a field as event." + name + `, or text in quotation marks, as in "` + name +
		"\"; expressions can use event, headers, query and source, and record in `where`"
}

// functionHint says what to write instead of an unknown function.
func (b *builder) functionHint(name string, arguments []string) string {
	if hint := instead(name); hint != "" {
		return hint
	}
	if other := otherName(name, arguments); other != "" {
		return "write " + other
	}
	if m := meant(name); m != "" {
		if (m == "and" || m == "or") && len(arguments) > 1 {
			return "write " + strings.Join(arguments, " "+m+" ")
		}
		return "write `" + m + "`"
	}
	hint := "docs/rules.md lists the functions"
	if near := nearest.Of(name, functionNames()); near != "" {
		hint = "did you mean `" + near + "`? " + hint
	}
	return hint
}
