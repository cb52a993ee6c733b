package main

import (
	"github.com/spf13/cobra"

	"untag/internal/ruletest"
)

func newTest() *cobra.Command {
	var f ruletest.Options
	c := &cobra.Command{
		Use:   "test [FILE…]",
		Short: "Run the tests of the rules",
		Long: `Run tests of the rules. Each test has an event, and every tag that it must remove.
Without an argument, every *_test.yaml next to the rules file is run. docs/rules.md
describes the files.

Exit codes: 0: every test passed; 1: a test failed; 2: wrong usage or an unreadable
file.`,
		Example: `  untag test
  untag test rules_test.yaml --coverage --junit report.xml`,
		RunE: func(c *cobra.Command, args []string) error {
			return ruletest.Run(c.Context(), c.OutOrStdout(), args, f)
		},
	}
	c.Flags().StringVar(&f.Rules, "rules", "rules.yaml", "rules file whose folder is searched for tests")
	c.Flags().BoolVar(&f.Coverage, "coverage", false, "list the rules that no test fires, and those that every test fires")
	c.Flags().StringVar(&f.JUnit, "junit", "", "write the results as JUnit XML to this file")
	return c
}
