package main

import (
	"github.com/spf13/cobra"

	"untag/internal/senderlist"
)

func newSenders() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "senders [NAME]",
		Short: "List the senders whose signatures untag knows",
		Long: `List the senders whose signatures untag knows: the name to write as verify in the rules
file, what is signed, what has to be stored as the secret, and the vendor's package that
untag's signatures are compared with, if there is one. With a NAME, show a source and a
rule to start from.`,
		Example: `  untag senders
  untag senders stripe`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				list := senderlist.All()
				if asJSON {
					return senderlist.PrintJSON(c.OutOrStdout(), list)
				}
				return senderlist.Print(c.OutOrStdout(), list)
			}
			one, err := senderlist.Find(args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return senderlist.PrintJSON(c.OutOrStdout(), one)
			}
			return senderlist.PrintOne(c.OutOrStdout(), one)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}
