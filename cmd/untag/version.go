package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"untag/internal/release"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Show the version of untag, and what it was built with",
		Long: `Show the version of untag, and what it was built with. The first line of the function's log
names the version of the function.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(c.OutOrStdout(), "untag %s (%s, %s/%s)\n", release.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
