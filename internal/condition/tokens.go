package condition

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/parser/utils"
)

// Limits of one expression. They are checked before the parser runs, because its recursion
// has no limit.
const (
	maxBytes   = 256 << 10
	maxTokens  = 20_000
	maxNesting = 200
)

// token is a word or sign of an expression.
type token struct {
	// begin and end are its place in the text in bytes; from is where it begins in runes.
	begin, end, from int
	// partner is the index of the other bracket of a pair, -1 for any other token.
	partner int
}

// tokens are the tokens that the parser reads. It does not keep enough of them to find the
// source text of a node, so they are read here as well.
type tokens struct {
	text string
	list []token
}

// tokenize reads the tokens and checks the limits. Any other fault is left to the parser.
func tokenize(text string) (*tokens, *Fault) {
	if len(text) > maxBytes {
		return nil, &Fault{Message: "the expression is too long: more than 256 KiB"}
	}
	t := &tokens{text: text, list: make([]token, 0, 8+len(text)/4)}
	for begin, from := 0, 0; begin < len(text); {
		length, blank := tokenLength(text[begin:])
		if !blank && len(t.list) == maxTokens {
			return nil, &Fault{Offset: from, Message: "the expression is too long: more than 20,000 words and signs"}
		}
		if !blank {
			t.list = append(t.list, token{begin, begin + length, from, -1})
		}
		from += utf8.RuneCountInString(text[begin : begin+length])
		begin += length
	}
	return t, t.nesting()
}

// tokenLength returns the length of the first token of a text, or of the white space or
// comment that it begins with.
func tokenLength(text string) (length int, blank bool) {
	first, size := utf8.DecodeRuneInString(text)
	two := text[:min(2, len(text))]
	second := two[len(two)-1]
	switch {
	case utils.IsSpace(first):
		return size, true
	case two == "//":
		line, _, _ := strings.Cut(text, "\n")
		return len(line), true
	case two == "/*":
		comment, _, _ := strings.Cut(text[2:], "*/")
		return min(2+len(comment)+2, len(text)), true
	case strings.ContainsRune("\"'`", first):
		return quotedLength(text), false
	case first == 'b' && (second == '"' || second == '\''):
		return 1 + quotedLength(text[1:]), false
	case isDigit(text[0]) || first == '.' && isDigit(second):
		return numberLength(text), false
	case utils.IsAlphaNumeric(first):
		if end := strings.IndexFunc(text, func(r rune) bool { return !utils.IsAlphaNumeric(r) }); end > 0 {
			return end, false
		}
		return len(text), false
	}
	switch two {
	case "||", "::", "?.", "??", "..", "&&", "==", "!=", "<=", ">=", "**":
		return 2, false
	}
	return size, false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// quotedLength returns the length of a string in quotation marks. A backslash escapes the
// next character, except between backquotes.
func quotedLength(text string) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && text[0] != '`':
			i++
		case text[i] == text[0]:
			return i + 1
		}
	}
	return len(text)
}

func numberLength(text string) int {
	for i := 0; i < len(text); i++ {
		c := text[i]
		sign := (c == '+' || c == '-') && i > 0 && text[i-1]|0x20 == 'e' && !strings.HasPrefix(text, "0x")
		point := c == '.' && !strings.HasPrefix(text[i:], "..")
		if !sign && !point && !isDigit(c) && c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') {
			return i
		}
	}
	return len(text)
}

// nesting pairs the brackets, and rejects what is nested too deep: brackets, signs after
// signs, and choices in choices.
func (t *tokens) nesting() *Fault {
	type level struct{ bracket, signs, choices int }
	open := []level{{bracket: -1}}
	depth := 0
	for i, token := range t.list {
		top := &open[len(open)-1]
		switch t.text[token.begin:token.end] {
		case "(", "[", "{":
			depth += 1 + top.signs + top.choices
			open = append(open, level{bracket: i})
		case ")", "]", "}":
			if len(open) > 1 {
				t.list[i].partner, t.list[top.bracket].partner = top.bracket, i
				open = open[:len(open)-1]
				top = &open[len(open)-1]
				depth -= 1 + top.signs + top.choices
			}
			top.signs = 0
		case "not", "!", "-", "+":
			top.signs++
		case "?", "??", "**", "^", "let", "if", "else":
			top.choices++
			top.signs = 0
		case ",":
			top.choices, top.signs = 0, 0
		default:
			top.signs = 0
		}
		if depth+top.signs+top.choices > maxNesting {
			return &Fault{Offset: token.from, Message: "the expression is nested too deep", Hint: "split it into several rules"}
		}
	}
	return nil
}

// at returns the token that begins at an offset in runes.
func (t *tokens) at(offset int) int {
	i, _ := slices.BinarySearchFunc(t.list, offset, func(token token, offset int) int { return token.from - offset })
	return min(i, len(t.list)-1)
}

// is reports whether a token is one of these words or signs. An index out of range is none.
func (t *tokens) is(i int, values ...string) bool {
	return i >= 0 && i < len(t.list) && slices.Contains(values, t.text[t.list[i].begin:t.list[i].end])
}

// outer extends the tokens of an operand to the parentheses around it.
func (t *tokens) outer(first, last int) (int, int) {
	for t.is(first-1, "(") && t.list[first-1].partner == last+1 {
		first, last = first-1, last+1
	}
	return first, last
}

// slice returns the text from one token to another.
func (t *tokens) slice(first, last int) string {
	if first < 0 || last < first || last >= len(t.list) {
		return strings.TrimSpace(t.text)
	}
	return t.text[t.list[first].begin:t.list[last].end]
}

// joined reports whether there is no space before and after a token.
func (t *tokens) joined(i int) bool {
	return i > 0 && i+1 < len(t.list) && t.list[i-1].end == t.list[i].begin && t.list[i].end == t.list[i+1].begin
}
