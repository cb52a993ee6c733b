// Command untag runs and examines untag on a developer's machine: the whole program with a
// simulated Zoho, that simulated Zoho alone, and the rules.
//
// It exits with 0 when done, 1 when a check, a test or a delivery failed, and 2 on wrong
// usage or an unreadable file.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second Ctrl-C does not wait for what is in flight.
	context.AfterFunc(ctx, stop)
	os.Exit(execute(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// execute runs a command line and returns its exit code. All that it prints goes through
// a screen.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	out, errs := newScreen(stdout), newScreen(stderr)
	defer out.flush()
	defer errs.flush()
	root := newRoot()
	root.SetOut(out)
	root.SetErr(errs)
	root.SetArgs(forCompletion(args))
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w; `%s --help` lists the flags", err, c.CommandPath())
	})
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	for i, line := range errorLines(err) {
		if i == 0 {
			line = "untag: " + line
		}
		fmt.Fprintln(errs, line)
	}
	if _, no := errors.AsType[answerIsNo](err); no {
		return 1
	}
	return 2
}

// answerIsNo is the error of a command that did its work, and found that a check, test or
// delivery failed.
type answerIsNo struct{ reason string }

func (a answerIsNo) Error() string { return a.reason }

// faultLines is an error with a heading and a line for each thing that is wrong. The
// lines are clean.
type faultLines []string

func (f faultLines) Error() string { return strings.Join(f, "\n") }

// errorLines returns the lines of an error. Only this program's own line breaks count: a
// text from elsewhere may contain some too, and they are escaped.
func errorLines(err error) []string {
	var lines []string
	for _, one := range parted(err) {
		lines = append(lines, linesOf(one)...)
	}
	return lines
}

// parted returns the errors that were joined into one, at any depth.
func parted(err error) []error {
	several, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range several.Unwrap() {
		all = append(all, parted(one)...)
	}
	return all
}

// linesOf returns the lines of one error.
func linesOf(err error) []string {
	text := err.Error()
	if faults, ok := errors.AsType[faultLines](err); ok {
		before, _ := strings.CutSuffix(text, faults.Error())
		return append([]string{clean(before) + faults[0]}, faults[1:]...)
	}
	// What cobra suggests for an unknown command, on one line.
	text, suggested, _ := strings.Cut(text, "\n\nDid you mean this?\n")
	if suggested != "" {
		text += "; did you mean " + strings.Join(strings.Fields(suggested), " or ") + "?"
	}
	if text == "" {
		return nil
	}
	return []string{clean(text)}
}

// forCompletion cleans the words that a shell asks to complete: cobra's own errors about
// them bypass the screen.
func forCompletion(args []string) []string {
	if len(args) == 0 || !strings.HasPrefix(args[0], "__complete") {
		return args
	}
	cleaned := make([]string, len(args))
	for i, arg := range args {
		cleaned[i] = clean(arg)
	}
	return cleaned
}
