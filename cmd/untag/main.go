// Command untag runs and examines untag on a laptop: the whole line against a pretend
// Zoho, and that pretend Zoho alone.
//
// It exits with 0 when done, 1 when the answer is no, 2 when it was used wrongly.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second Ctrl-C does not wait for what is in flight.
	context.AfterFunc(ctx, stop)
	os.Exit(execute(ctx, os.Args[1:]))
}

func execute(ctx context.Context, args []string) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w; `%s --help` lists the flags", err, c.CommandPath())
	})
	err := root.ExecuteContext(ctx)
	var no answerIsNo
	switch {
	case err == nil:
		return 0
	case errors.As(err, &no):
		if no.reason != "" {
			fmt.Fprintln(os.Stderr, "untag: "+no.reason)
		}
		return 1
	}
	fmt.Fprintln(os.Stderr, "untag: "+err.Error())
	return 2
}

// answerIsNo is a command that worked and whose answer is no.
type answerIsNo struct{ reason string }

func (a answerIsNo) Error() string { return a.reason }
