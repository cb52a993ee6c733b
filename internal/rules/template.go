package rules

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// template is a text that may contain `${expression}`.
type template struct {
	text   string
	pieces []piece
}

// piece is a stretch of plain text, or an expression.
type piece struct {
	plain   string
	program *expression
	offset  int // of the expression, in runes of the text
}

// check checks the expressions of the template.
func (t *template) check() error {
	for _, p := range t.pieces {
		if p.program == nil {
			continue
		}
		if err := p.program.check(); err != nil {
			return moved(err, p.offset)
		}
	}
	return nil
}

// moved shifts the position of an expression's error to that in the text around it.
func moved(err error, by int) error {
	var p *placed
	if errors.As(err, &p) {
		return &placed{by + p.offset, p.message}
	}
	return err
}

func (t *template) computed() bool {
	for _, p := range t.pieces {
		if p.program != nil {
			return true
		}
	}
	return false
}

// template parses a text. Its errors are *placed, in runes of the text.
func (l *language) template(text string) (*template, error) {
	t := &template{text: text}
	rest, offset := text, 0
	for {
		plain, after, found := strings.Cut(rest, "${")
		if plain != "" {
			t.pieces = append(t.pieces, piece{plain: plain})
		}
		if !found {
			return t, nil
		}
		offset += len([]rune(plain)) + 2
		source, next, ok := cutExpression(after)
		if !ok {
			return nil, &placed{offset - 2, "`${` has no closing `}`"}
		}
		program, err := l.expression(source)
		if err != nil {
			return nil, moved(err, offset)
		}
		t.pieces = append(t.pieces, piece{program: program, offset: offset})
		rest = next
		offset += len([]rune(source)) + 1
	}
}

// cutExpression cuts a text at the brace that closes the expression. Braces in strings, and
// those of maps and predicates, do not close it.
func cutExpression(text string) (source, rest string, ok bool) {
	depth, quote := 0, byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0 && c == '\\' && quote != '`':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '{':
			depth++
		case c == '}' && depth == 0:
			return text[:i], text[i+1:], true
		case c == '}':
			depth--
		}
	}
	return "", "", false
}

// evaluate returns the text. If a piece is unknown, it returns an error that does not quote
// values of the event.
func (t *template) evaluate(s scope) (string, error) {
	var out strings.Builder
	for _, p := range t.pieces {
		if p.program == nil {
			out.WriteString(p.plain)
			continue
		}
		text, err := scalarText(p.program.evaluate(s))
		if err != nil {
			return "", fmt.Errorf("`${%s}` %w", p.program.text, err)
		}
		out.WriteString(text)
	}
	return out.String(), nil
}

// scalarText returns the text of a string, a number or a boolean.
func scalarText(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case int, bool:
		return fmt.Sprint(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	}
	return "", fmt.Errorf("%s", notAText(v))
}

func notAText(v any) string {
	if u, ok := v.(*unknown); ok {
		if u.fault {
			return "cannot be computed: " + u.what
		}
		return "is missing from the event"
	}
	return "is " + typeName(v) + ", not a text or a number"
}
