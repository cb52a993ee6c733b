package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"untag/internal/terminal"
)

// execute runs a command line and returns its exit code. All that it prints goes through
// a screen.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	out, errs := terminal.NewScreen(stdout), terminal.NewScreen(stderr)
	defer out.Flush()
	defer errs.Flush()
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
	for i, line := range terminal.ErrorLines(err) {
		if i == 0 {
			line = "untag: " + line
		}
		fmt.Fprintln(errs, line)
	}
	if _, no := errors.AsType[terminal.AnswerIsNo](err); no {
		return 1
	}
	return 2
}

// forCompletion cleans the words that a shell asks to complete: cobra's own errors about
// them bypass the screen.
func forCompletion(args []string) []string {
	if len(args) == 0 || !strings.HasPrefix(args[0], "__complete") {
		return args
	}
	cleaned := make([]string, len(args))
	for i, arg := range args {
		cleaned[i] = terminal.Clean(arg)
	}
	return cleaned
}
