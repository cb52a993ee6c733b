// Package nearest finds the name that someone who misspelt one probably meant.
package nearest

import (
	"strings"
	"unicode/utf8"
)

// Of returns the known name that is nearest to a misspelt one, "" when none is near. Names
// that differ only in case are near. Names without a letter in common, such as `if` and `on`,
// are not, however short they are. Of a name of up to three letters, only one may be wrong.
func Of(name string, known []string) string {
	best, least := "", max(2, len(name)/3)+1
	if utf8.RuneCountInString(name) <= 3 {
		least = 2
	}
	for _, k := range known {
		if strings.EqualFold(name, k) {
			return k
		}
		if d := distance(name, k); d < min(least, utf8.RuneCountInString(name)) {
			best, least = k, d
		}
	}
	return best
}

// distance is Levenshtein's: how many letters to add, drop or change.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := range s {
		before := row[0]
		row[0] = i + 1
		for j := range t {
			change := before
			if s[i] != t[j] {
				change++
			}
			before = row[j+1]
			row[j+1] = min(row[j+1]+1, row[j]+1, change)
		}
	}
	return row[len(t)]
}
