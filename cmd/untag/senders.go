package main

import (
	"github.com/spf13/cobra"

	"untag/internal/senderlist"
	"untag/internal/terminal"
)

func newSenders() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "senders [NAME]",
		Short: "List the senders whose signatures untag knows",
		Long: `List the senders whose signatures untag knows: the name to write as verify in the rules
file, what is signed, what the signature proves (the body, or only who sent it), what has to
be stored as the secret, whether the sender confirms the URL first, and the vendor's package
that untag's signatures are compared with, or none. The first ones, such as token, suit any
sender that can send a secret.

With a NAME, show where in the sender's pages webhooks are set up, and a source, a rule, a test
and a sample event to paste. The sample is made up, in the form that the sender documents.`,
		Example: `  untag senders
  untag senders stripe`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				list := senderlist.All()
				if asJSON {
					return senderlist.PrintJSON(c.OutOrStdout(), list)
				}
				width := 0
				if terminal.IsTerminal(c.OutOrStdout()) {
					width = terminal.Width(c.OutOrStdout())
				}
				return senderlist.Print(c.OutOrStdout(), list, width)
			}
			one, err := senderlist.Find(args[0])
			if err != nil {
				return err
			}
			shown, err := one.Show()
			if err != nil {
				return err
			}
			if asJSON {
				return senderlist.PrintJSON(c.OutOrStdout(), shown)
			}
			return senderlist.PrintOne(c.OutOrStdout(), shown)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}
