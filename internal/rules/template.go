package rules

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"untag/internal/condition"
)

// template is text that may contain `${expression}`.
type template struct {
	text   string
	pieces []piece
}

// piece is plain text, or an expression.
type piece struct {
	plain      string
	expression *condition.Expression
}

func (t *template) computed() bool {
	for _, p := range t.pieces {
		if p.expression != nil {
			return true
		}
	}
	return false
}

// template reads a template of the file. It returns nil if that has a fault.
func (d *document) template(n *yaml.Node, what string) *template {
	text, ok := d.text(n, what)
	if !ok {
		return nil
	}
	t := &template{text: text}
	for rest, offset := text, 0; ; {
		plain, after, found := strings.Cut(rest, "${")
		if plain != "" {
			t.pieces = append(t.pieces, piece{plain: plain})
		}
		if !found {
			return t
		}
		offset += len([]rune(plain)) + 2
		source, next, ok := cutExpression(after)
		if !ok {
			d.wrong(d.locate(n, offset-2), "", "`${` has no closing `}`")
			return nil
		}
		e, err := condition.Parse(source)
		if err != nil {
			d.expressionFault(n, offset, err)
			return nil
		}
		d.warnUnsigned(n, offset, e)
		if reads(e, "record") {
			d.wrong(at(n), "", "%s cannot see the record, as untag reads it later", what)
		}
		t.pieces = append(t.pieces, piece{expression: e})
		rest = next
		offset += len([]rune(source)) + 1
	}
}

// cutExpression cuts text at the brace that closes the expression. Braces in strings, and
// those of objects and predicates, do not close it.
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
func (t *template) evaluate(r *condition.Run) (string, error) {
	var out strings.Builder
	for _, p := range t.pieces {
		if p.expression == nil {
			out.WriteString(p.plain)
			continue
		}
		text, err := textOf(p.expression, r)
		if err != nil {
			return "", fmt.Errorf("`${%s}` %w", p.expression, err)
		}
		out.WriteString(text)
	}
	return out.String(), nil
}
