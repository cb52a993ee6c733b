package condition

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
)

// Limits of one expression. They are looked at before the parser is called, which would
// follow any nesting.
const (
	maxBytes   = 256 << 10
	maxTokens  = 20_000
	maxNesting = 200
)

// tokens are the words and signs of an expression.
type tokens struct {
	list []lexer.Token
	// begins and ends are where each stands in the text, in bytes.
	begins, ends []int
	// partner is the place of the other bracket of a pair, -1 for all else.
	partner []int
}

// tokenize reads the tokens up to the first one that is none; the parser says what is wrong
// with that.
func tokenize(text string) (*tokens, *Fault) {
	if len(text) > maxBytes {
		return nil, &Fault{Message: "the expression is too long: more than 256 KiB"}
	}
	t := &tokens{}
	l := lexer.New()
	l.Reset(file.NewSource(text))
	for {
		token, err := l.Next()
		if err != nil || token.Kind == lexer.EOF {
			break
		}
		if len(t.list) == maxTokens {
			return nil, &Fault{Offset: token.From, Message: "the expression is too long: more than 20,000 words and signs"}
		}
		t.list = append(t.list, token)
	}
	t.place(text)
	return t, t.nesting()
}

// place finds the bytes of the tokens, whose own places are in runes.
func (t *tokens) place(text string) {
	t.begins, t.ends = make([]int, len(t.list)), make([]int, len(t.list))
	next, rune, ended := 0, 0, 0
	mark := func(b int) {
		for ; ended < next && t.list[ended].To <= rune; ended++ {
			t.ends[ended] = b
		}
		for ; next < len(t.list) && t.list[next].From <= rune; next++ {
			t.begins[next] = b
		}
	}
	for b := range text {
		mark(b)
		rune++
	}
	mark(len(text))
	for ; ended < next && t.list[ended].To <= rune; ended++ {
		t.ends[ended] = len(text)
	}
}

// nesting pairs the brackets, and refuses what is nested too deep: brackets, signs before
// one another, and choices in choices.
func (t *tokens) nesting() *Fault {
	t.partner = make([]int, len(t.list))
	type level struct{ bracket, signs, choices int }
	open := []level{{bracket: -1}}
	depth := 0
	for i, token := range t.list {
		t.partner[i] = -1
		top := &open[len(open)-1]
		switch {
		case token.Is(lexer.Bracket, "(", "[", "{"):
			depth += 1 + top.signs + top.choices
			open = append(open, level{bracket: i})
		case token.Is(lexer.Bracket):
			if len(open) > 1 {
				t.partner[i], t.partner[top.bracket] = top.bracket, i
				open = open[:len(open)-1]
				top = &open[len(open)-1]
				depth -= 1 + top.signs + top.choices
			}
			top.signs = 0
		case token.Is(lexer.Operator, "not", "!", "-", "+"):
			top.signs++
		case token.Is(lexer.Operator, "?", "??", "?:", "**", "^", "let", "if", "else"):
			top.choices++
			top.signs = 0
		case token.Is(lexer.Operator, ","):
			top.choices, top.signs = 0, 0
		default:
			top.signs = 0
		}
		if depth+top.signs+top.choices > maxNesting {
			return &Fault{Offset: token.From, Message: "the expression is nested too deep", Hint: "make several rules of it"}
		}
	}
	return nil
}

// at returns the token that begins at an offset in runes.
func (t *tokens) at(offset int) int {
	i, _ := slices.BinarySearchFunc(t.list, offset, func(token lexer.Token, offset int) int { return token.From - offset })
	return min(i, len(t.list)-1)
}

// is reports whether a token is one of these signs or words; no token is outside the list.
func (t *tokens) is(i int, values ...string) bool {
	return i >= 0 && i < len(t.list) && t.list[i].Kind != lexer.String && slices.Contains(values, t.list[i].Value)
}

// outer widens the tokens of a node to the parentheses around it. Those of a call, which
// follow a name, do not count.
func (t *tokens) outer(first, last int) (int, int) {
	for t.is(first-1, "(") && t.partner[first-1] == last+1 && (first < 2 || t.list[first-2].Kind != lexer.Identifier) {
		first, last = first-1, last+1
	}
	return first, last
}

// text is the text from one token to another.
func (t *tokens) text(source string, first, last int) string {
	if first < 0 || last < first || last >= len(t.list) {
		return strings.TrimSpace(source)
	}
	return source[t.begins[first]:t.ends[last]]
}
