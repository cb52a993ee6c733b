package project

import (
	"fmt"
	"strings"
)

// unchanged is how many lines around a change are shown.
const unchanged = 3

// line is a line of a difference: kept (' '), removed ('-') or added ('+').
type line struct {
	sign byte
	text string
}

// difference returns what changes from one text to another, as diff -u shows it.
func difference(before, after string) []string {
	lines := compared(linesOf(before), linesOf(after))
	var out []string
	for i := 0; i < len(lines); {
		if lines[i].sign == ' ' {
			i++
			continue
		}
		first, end := max(i-unchanged, 0), hunkEnd(lines, i)
		a, b := position(lines[:first])
		oldCount, newCount := position(lines[first:end])
		out = append(out, fmt.Sprintf("@@ -%d,%d +%d,%d @@", a+1, oldCount, b+1, newCount))
		for _, l := range lines[first:end] {
			out = append(out, string(l.sign)+l.text)
		}
		i = end
	}
	return out
}

// hunkEnd returns where the lines around a change end that begins at i.
func hunkEnd(lines []line, i int) int {
	end := i
	for j := i; j < len(lines) && j <= end+2*unchanged; j++ {
		if lines[j].sign != ' ' {
			end = j
		}
	}
	return min(end+unchanged+1, len(lines))
}

// position returns how many lines of each text there are.
func position(lines []line) (before, after int) {
	for _, l := range lines {
		if l.sign != '+' {
			before++
		}
		if l.sign != '-' {
			after++
		}
	}
	return before, after
}

func linesOf(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// compared returns all lines of two texts, with as few changes as possible.
func compared(a, b []string) []line {
	// longest[i][j] is the length of the longest common subsequence of a[i:] and b[j:].
	longest := make([][]int32, len(a)+1)
	for i := range longest {
		longest[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	var lines []line
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			lines = append(lines, line{' ', a[i]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && longest[i+1][j] >= longest[i][j+1]:
			lines = append(lines, line{'-', a[i]})
			i++
		default:
			lines = append(lines, line{'+', b[j]})
			j++
		}
	}
	return lines
}
