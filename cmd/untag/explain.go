package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"untag/functions/removetags/handler"
	"untag/internal/explain"
	"untag/internal/sandbox"
	"untag/internal/userfile"
)

type explainFlags struct {
	event, rules, records, secrets string
	json                           bool
}

func newExplain() *cobra.Command {
	var f explainFlags
	c := &cobra.Command{
		Use:   "explain -e FILE",
		Short: "Explain what untag would do with a recorded event, and why",
		Long: `Read a recorded invocation (from an HTTP or REST API, a function URL, a load balancer,
SQS or EventBridge, or a direct one), or a stored event that untag dlq show --output
wrote. Show the event as parsed, each condition of each rule with the value it found,
the removals, and the requests that would go to Zoho. Nothing is sent.

Without --secrets, the request's secret or signature is not checked. With it, a request
that does not verify shows only the reason. Without --records, the requests that look for records
in Zoho are shown, but not what they would find.

Exit codes: 0: done; 1: the request does not verify; 2: wrong usage or an unreadable
file.`,
		Example: `  untag explain -e events/zoho-workflow-json.json
  untag explain -e events/github-issues.json --secrets events/secrets/webhook.json --json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runExplain(c.Context(), c.OutOrStdout(), f) },
	}
	c.Flags().StringVarP(&f.event, "event", "e", "", "file with the recorded invocation or the stored event")
	c.Flags().StringVar(&f.rules, "rules", "rules.yaml", "rules file")
	c.Flags().StringVar(&f.records, "records", "", "YAML file of the CRM's records, for rules that read them")
	c.Flags().StringVar(&f.secrets, "secrets", "", "JSON file of webhook secrets, to verify the request")
	c.Flags().BoolVar(&f.json, "json", false, "print as JSON")
	return c
}

func runExplain(ctx context.Context, w io.Writer, f explainFlags) error {
	if f.event == "" {
		return errors.New("name the recorded event with -e FILE, such as untag explain -e events/zoho-workflow-json.json")
	}
	set, err := userfile.ReadRules(f.rules)
	if err != nil {
		return err
	}
	recorded, err := explain.ReadRecorded(set, f.event)
	if err != nil {
		return err
	}
	x := explain.Examiner{Set: set, ApiURL: os.Getenv("ZOHO_API_URL"), Version: os.Getenv("ZOHO_API_VERSION")}
	if f.records != "" {
		records, err := userfile.ReadRecords(f.records)
		if err != nil {
			return err
		}
		x.CRM = sandbox.New(sandbox.Config{Records: records})
	}
	r, err := explain.NewReader(set, f.secrets)
	if err != nil {
		return err
	}
	for i, one := range recorded {
		ev, verified, err := r.Read(ctx, one)
		if err != nil {
			return err
		}
		examined, err := x.Examine(ctx, ev)
		if err != nil {
			return err
		}
		if i > 0 && !f.json {
			fmt.Fprintln(w) // between the events of a batch
		}
		explained := explain.New(examined, set.Explain(ev), verified, x.CRM)
		if _, known := set.Source(ev.Source); !known { // stored when the rules still had it
			explained.Notes = append(explained.Notes, "the rules have no such source: the event would go to the dead-letter queue ("+handler.CodeUnknownSource+")")
		}
		show := explained.Print
		if f.json {
			show = explained.PrintJSON
		}
		if err := show(w); err != nil {
			return err
		}
	}
	return nil
}
