package terminal

import (
	"errors"
	"strings"
)

// AnswerIsNo is the error of a command that did its work, and found that a check, test or
// delivery failed.
type AnswerIsNo string

func (a AnswerIsNo) Error() string { return string(a) }

// FaultLines is an error with a heading and a line for each thing that is wrong. The
// lines are clean.
type FaultLines []string

func (f FaultLines) Error() string { return strings.Join(f, "\n") }

// ErrorLines returns the lines of an error. Only this program's own line breaks count: a
// text from elsewhere may contain some too, and they are escaped.
func ErrorLines(err error) []string {
	var lines []string
	for _, one := range Parted(err) {
		lines = append(lines, linesOf(one)...)
	}
	return lines
}

// Parted returns the errors that were joined into one, at any depth.
func Parted(err error) []error {
	several, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range several.Unwrap() {
		all = append(all, Parted(one)...)
	}
	return all
}

// linesOf returns the lines of one error.
func linesOf(err error) []string {
	text := err.Error()
	if faults, ok := errors.AsType[FaultLines](err); ok {
		before, _ := strings.CutSuffix(text, faults.Error())
		return append([]string{Clean(before) + faults[0]}, faults[1:]...)
	}
	// What cobra suggests for an unknown command, on one line.
	text, suggested, _ := strings.Cut(text, "\n\nDid you mean this?\n")
	if suggested != "" {
		text += "; did you mean " + strings.Join(strings.Fields(suggested), " or ") + "?"
	}
	if text == "" {
		return nil
	}
	return []string{Clean(text)}
}
