package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"untag/internal/project"
	"untag/internal/release"
	"untag/internal/terminal"
)

const initHelp = `Make a folder of your own, for your repository: rules with tests and sample events for the
senders that you name, and what deploys them: template.yaml and samconfig.toml for the SAM
CLI, a workflow for GitHub Actions, and a README.md with the next steps. To deploy from there
you need neither Go nor untag's source.

Without --sender it asks what it needs to know; with --sender or --yes it asks nothing, and
takes the defaults for what no flag says.

The function comes as a file: --function names it, untag-arm64.zip or untag-x86_64.zip, of
untag's release or of make package. Without --function, it is looked for in dist/ and beside
the command untag.

In a folder that it made, untag init changes only what is untag's, such as template.yaml,
after it has shown the changes and asked (or with --yes). It never changes rules.yaml,
rules_test.yaml, what is in events/, samconfig.toml, or a file that you have changed.

Exit codes: 0: done; 1: you did not accept the changes; 2: wrong usage, or a folder that
cannot be used.`

type initFlags struct {
	choices  project.Choices
	function string
	yes      bool
}

func newInit() *cobra.Command {
	var f initFlags
	c := &cobra.Command{
		Use:   "init [FOLDER]",
		Short: "Make a folder of your own with rules, tests and what deploys them",
		Long:  initHelp,
		Example: `  untag init my-hooks
  untag init my-hooks --sender stripe --sender typeform --data-center eu --region eu-central-1
  untag init my-hooks --sender token --module Deals --tag 'In progress' --function dist/untag-arm64.zip`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			folder := "."
			if len(args) > 0 {
				folder = args[0]
			}
			if folder == "" {
				return errors.New("the folder has no name; name one, such as untag init my-hooks")
			}
			return runInit(c, folder, f)
		},
	}
	c.Flags().StringSliceVar(&f.choices.Senders, "sender", nil, "a `sender` of webhooks; may be repeated; untag senders lists them")
	c.Flags().StringVar(&f.choices.Module, "module", "", "module whose records lose tags, by default that of the sender's example")
	c.Flags().StringArrayVar(&f.choices.Tags, "tag", nil, "a `tag` to remove, by default that of the sender's example; may be repeated")
	c.Flags().StringVar(&f.choices.DataCenter, "data-center", "", "data center of your Zoho account (default "+project.DefaultDataCenter+")")
	c.Flags().StringVar(&f.choices.Region, "region", "", "AWS region (default "+project.DefaultRegion+")")
	c.Flags().StringVar(&f.choices.Architecture, "architecture", "", "processor of the function, arm64 or x86_64 (default "+project.DefaultArchitecture+")")
	c.Flags().StringVar(&f.function, "function", "", "zip `file` of the function, from the release or of make package")
	c.Flags().BoolVarP(&f.yes, "yes", "y", false, "ask nothing: take the defaults, and accept all changes")
	return c
}

func runInit(c *cobra.Command, folder string, f initFlags) error {
	again, err := project.Made(folder)
	if err != nil {
		return err
	}
	asker := project.NewAsker(c.InOrStdin(), c.OutOrStdout())
	switch asked := len(f.choices.Senders) > 0; {
	case again || asked:
	case f.yes:
		f.choices.Senders = []string{project.DefaultSender}
	default:
		if f.choices, err = asker.Choices(f.choices); err != nil {
			return err
		}
		fmt.Fprintln(c.OutOrStdout())
	}
	plan, err := project.New(project.Config{Folder: folder, Choices: f.choices, Function: f.function, Version: release.Version()})
	if err != nil {
		return err
	}
	if !again {
		if err := plan.Apply(); err != nil {
			return err
		}
		return errors.Join(plan.PrintMade(c.OutOrStdout()), plan.PrintNotes(c.OutOrStdout()))
	}
	return update(c, plan, asker, f.yes)
}

// update shows what would change in a folder that untag init made, and changes it.
func update(c *cobra.Command, plan *project.Plan, asker *project.Asker, yes bool) error {
	out := c.OutOrStdout()
	if err := errors.Join(plan.PrintChanges(out), plan.PrintNotes(out)); err != nil {
		return err
	}
	if len(plan.Changes) == 0 {
		_, err := fmt.Fprintln(out, "There is nothing to change.")
		return errors.Join(err, plan.Apply())
	}
	if !yes {
		accepted, err := asker.Confirm(fmt.Sprintf("Write these changes (%d)?", len(plan.Changes)))
		if err != nil {
			return err
		}
		if !accepted {
			return terminal.AnswerIsNo("nothing was changed")
		}
	}
	if err := plan.Apply(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "Files written: %d.\n", len(plan.Changes))
	return err
}
