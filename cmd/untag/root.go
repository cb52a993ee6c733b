package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"untag/internal/release"
)

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "untag",
		Short: "Remove tags from Zoho CRM records when webhooks say that they no longer apply",
		Long: `Remove tags from Zoho CRM records when webhooks say that they no longer apply.

Exit codes: 0: done; 1: a check, test or delivery failed; 2: wrong usage or an
unreadable file.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       release.Version(),
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetHelpCommand(newHelp())
	root.AddCommand(
		newAuth(), newDoctor(),
		newRun(),
		newSandbox(),
		newCheck(),
		newSchema(),
		newExplain(),
		newDiff(),
		newTest(),
		newSenders(), newSend(),
		newDLQ(),
		newReplay(),
		newVersion(),
		newWatch(),
		newAudit(), newUndo(),
		newInit(),
	)
	explainUsage(root)
	return root
}

// explainUsage has the errors about the number of arguments show how the command is written.
func explainUsage(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				if strings.Contains(err.Error(), "arg(s)") {
					err = fmt.Errorf("wrong number of arguments: %d", len(args))
				}
				return fmt.Errorf("%w; write: %s", err, c.UseLine())
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		explainUsage(sub)
	}
}

// newHelp is cobra's help command, except that an unknown command is an error.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Show the help of a command",
		RunE: func(c *cobra.Command, args []string) error {
			of, rest, err := c.Root().Find(args)
			if err != nil {
				return err
			}
			if len(rest) > 0 {
				return fmt.Errorf("unknown command %q for %q", rest[0], of.CommandPath())
			}
			of.InitDefaultHelpFlag()
			return of.Help()
		},
	}
}
