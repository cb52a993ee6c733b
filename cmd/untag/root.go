package main

import (
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "untag",
		Short:         "Take tags off Zoho CRM records when webhooks say that they stopped being true",
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.AddCommand(newRun(), newSandbox(), newCheck(), newSchema(), newExplain(), newTest(), newDLQ(), newReplay())
	return root
}

// version is that of the module the binary was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
