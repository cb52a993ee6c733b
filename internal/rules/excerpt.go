package rules

import "strings"

// trim cuts white space and the parentheses that belong to the skeleton.
func trim(source []rune, from, to int) (string, int) {
	text := source[from:to]
	for {
		start := len(text)
		for len(text) > 0 && strings.ContainsRune(" \t\r\n", text[0]) {
			text, from = text[1:], from+1
		}
		for len(text) > 0 && strings.ContainsRune(" \t\r\n", text[len(text)-1]) {
			text = text[:len(text)-1]
		}
		open, close := unmatched(text)
		switch {
		case open == 0 && close == 0 && enclosed(text):
			text, from = text[1:len(text)-1], from+1
		case open > 0 && text[0] == '(':
			text, from = text[1:], from+1
		case close > 0 && text[len(text)-1] == ')':
			text = text[:len(text)-1]
		}
		if len(text) == start {
			return string(text), from
		}
	}
}

// enclosed reports whether a text is in parentheses as a whole.
func enclosed(text []rune) bool {
	if len(text) < 2 || text[0] != '(' || text[len(text)-1] != ')' {
		return false
	}
	_, close := unmatched(text[1 : len(text)-1])
	return close == 0
}

// unmatched counts the parentheses that have no partner, outside of strings.
func unmatched(text []rune) (open, close int) {
	var quote rune
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0:
			if c == '\\' && quote != '`' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '(':
			open++
		case c == ')' && open > 0:
			open--
		case c == ')':
			close++
		}
	}
	return open, close
}
