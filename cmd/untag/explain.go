package main

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"untag/functions/removetags/handler"
	"untag/internal/explain"
	"untag/internal/rules"
	"untag/internal/sandbox"
	"untag/internal/userfile"
)

type explainFlags struct {
	event, rules, records, secrets string
	json                           bool
	raw                            explain.Raw
}

func newExplain() *cobra.Command {
	var f explainFlags
	c := &cobra.Command{
		Use:   "explain (-e FILE | --source NAME --body FILE)",
		Short: "Explain what untag would do with a recorded event, and why",
		Long: `Read a recorded invocation (from an HTTP or REST API, a function URL, a load balancer,
SQS or EventBridge, or a direct one), or a stored event that untag dlq show --output
wrote. Show the event as parsed, each condition of each rule with the value it found,
the removals, and the requests that would go to Zoho. Nothing is sent.

If nothing is recorded yet, copy a body from the sender's pages into a file, and name it with
--body and the source with --source; --header and --query add what else it sends.

If a request has several events, each is explained by itself. Of a handshake, with which a
sender confirms the URL, the answer is shown.

Without --secrets, the request's secret or signature is not checked. With it, a request
that does not verify shows only the reason. Without --records, the requests that look for records
in Zoho are shown, but not what they would find. For senders that sign the URL, set PUBLIC_URL
to the address that they call, as for the function.

Exit codes: 0: done; 1: the request does not verify; 2: wrong usage or an unreadable
file.`,
		Example: `  untag explain -e events/zoho-workflow-json.json
  untag explain -e events/github-issues.json --secrets events/secrets/webhook.json --json
  untag explain --source github --body issue.json --header 'X-GitHub-Event: issues'`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return runExplain(c.Context(), c.InOrStdin(), c.OutOrStdout(), f)
		},
	}
	c.Flags().StringVarP(&f.event, "event", "e", "", "file with the recorded invocation or the stored event; - for standard input")
	c.Flags().StringVar(&f.raw.Source, "source", "", "in place of -e: the source that a webhook is sent to")
	c.Flags().StringVar(&f.raw.Body, "body", "", "with --source: file with the webhook's body; - for standard input")
	c.Flags().StringArrayVar(&f.raw.Headers, "header", nil, "with --source: a header as `'Name: value'`; may be repeated")
	c.Flags().StringVar(&f.raw.Query, "query", "", "with --source: the query as in a URL, such as 'id=1&stage=Won'")
	c.Flags().StringVar(&f.raw.Method, "method", "", "with --source: the HTTP method, by default POST, or GET without a body if the source has a handshake")
	c.Flags().StringVar(&f.rules, "rules", "rules.yaml", "rules file")
	c.Flags().StringVar(&f.records, "records", "", "YAML file of the CRM's records, for rules that read them")
	c.Flags().StringVar(&f.secrets, "secrets", "", "JSON file of webhook secrets, to verify the request")
	c.Flags().BoolVar(&f.json, "json", false, "print as JSON")
	return c
}

// input reads the event that the flags name.
func (f explainFlags) input(set *rules.Rules, stdin io.Reader) ([]handler.Recorded, error) {
	raw := f.raw.Source != "" || f.raw.Method != "" || f.raw.Body != "" || len(f.raw.Headers) > 0 || f.raw.Query != ""
	switch {
	case f.event == "" && !raw:
		return nil, errors.New("name the recorded event with -e FILE, such as untag explain -e events/zoho-workflow-json.json; or a webhook's body, with untag explain --source NAME --body FILE")
	case f.event != "" && raw:
		return nil, errors.New("-e names a recorded event, which has its own source, body, headers and query; remove -e, or remove --source, --body, --header and --query (and --method)")
	case f.event != "":
		return explain.ReadRecorded(set, stdin, f.event)
	case f.raw.Source == "":
		return nil, errors.New("name the source that the webhook is sent to with --source")
	case f.raw.Body == "" && f.raw.Query == "" && len(f.raw.Headers) == 0 && f.raw.Method == "":
		return nil, errors.New("name the webhook's body with --body FILE, or - for standard input; or what it has in place of a body, with --query")
	}
	return f.raw.Recorded(set, stdin)
}

func runExplain(ctx context.Context, stdin io.Reader, w io.Writer, f explainFlags) error {
	set, err := userfile.ReadRules(f.rules)
	if err != nil {
		return err
	}
	recorded, err := f.input(set, stdin)
	if err != nil {
		return err
	}
	x := explain.Examiner{Set: set, APIURL: os.Getenv("ZOHO_API_URL"), Version: os.Getenv("ZOHO_API_VERSION")}
	if f.records != "" {
		records, err := userfile.ReadRecords(f.records)
		if err != nil {
			return err
		}
		x.CRM = sandbox.New(sandbox.Config{Records: records})
	}
	r, err := explain.NewReader(set, f.secrets, os.Getenv("PUBLIC_URL"))
	if err != nil {
		return err
	}
	return x.Show(ctx, w, r, recorded, f.json)
}
