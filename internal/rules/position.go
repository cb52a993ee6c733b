package rules

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// locate returns the place in the file of a rune of a scalar's value.
func (d *document) locate(n *yaml.Node, offset int) place {
	n = resolve(n)
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return d.locateInBlock(n, offset)
	case n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		return d.locateInQuotes(n, offset)
	}
	return d.walk(n.Line, n.Column, offset, false, 0)
}

// locateInBlock locates a rune of a block scalar, whose lines are indented below its
// indicator.
func (d *document) locateInBlock(n *yaml.Node, offset int) place {
	line := n.Line + 1
	for line <= len(d.lines) && strings.TrimSpace(d.lines[line-1]) == "" {
		line++
	}
	if line > len(d.lines) {
		return at(n)
	}
	text := d.lines[line-1]
	indent := len(text) - len(strings.TrimLeft(text, " "))
	// Line breaks are part of a literal's value and are spaces in a folded one's; either
	// takes one rune.
	for rest := offset; line <= len(d.lines); line++ {
		text := d.lines[line-1]
		length := 0
		if len(text) > indent {
			length = utf8.RuneCountInString(text[indent:])
		}
		if rest <= length {
			return place{line, indent + rest + 1}
		}
		rest -= length + 1
	}
	return at(n)
}

func (d *document) locateInQuotes(n *yaml.Node, offset int) place {
	escape := byte('\'')
	if n.Style&yaml.DoubleQuotedStyle != 0 {
		escape = '\\'
	}
	return d.walk(n.Line, n.Column+1, offset, true, escape)
}

// walk steps over the runes of a flow scalar, in which a line break and the indentation
// after it count as one space, or as one line break for each empty line between.
func (d *document) walk(line, column, offset int, quoted bool, escape byte) place {
	if line < 1 || line > len(d.lines) {
		return place{max(line, 1), max(column, 1)}
	}
	runes, i := d.content(line), column-1
	for offset > 0 {
		if i < len(runes) {
			if quoted && runes[i] == rune(escape) {
				i += escaped(runes[i:], escape)
			}
			i, offset = i+1, offset-1
			continue
		}
		next := line + 1
		for next <= len(d.lines) && len(d.content(next)) == 0 {
			next++
		}
		if next > len(d.lines) {
			break
		}
		offset -= max(1, next-line-1)
		line, runes = next, d.content(next)
		i = len(runes) - len([]rune(strings.TrimLeft(string(runes), " \t")))
	}
	return place{line, i + 1}
}

// content returns a line without the white space at its end.
func (d *document) content(line int) []rune {
	return []rune(strings.TrimRight(d.lines[line-1], " \t\r"))
}

// escaped returns how many runes an escape has, not counting the last.
func escaped(runes []rune, escape byte) int {
	if escape != '\\' || len(runes) < 2 {
		return 1
	}
	switch runes[1] {
	case 'x':
		return 3
	case 'u':
		return 5
	case 'U':
		return 9
	}
	return 1
}
