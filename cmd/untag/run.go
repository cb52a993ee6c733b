package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"untag/internal/local"
)

// runHelp is what untag run --help says.
const runHelp = `Run untag's Lambda function on this machine, behind a small stand-in for API
Gateway and with a simulated Zoho. Each recorded event is delivered as its sender
would, and a table shows which tags were removed from which record. Then untag
listens for webhooks and prints a line for each one, until Ctrl-C.

A recorded request without a credential, such as one that --record wrote, is signed
as its sender would, with the secret of its source. With the simulated Zoho, one whose
sender untag cannot sign as is acted on without a signature.

A rules file is all it needs. Without recorded events none are delivered; without a
records file the simulated Zoho starts with made-up records; without a secrets file
each source gets a secret for this run.

With --zoho, tags are removed from the records of a real account. Its credential is
the secret that ZOHO_SECRET_ID names in AWS Secrets Manager, or ZOHO_CLIENT_ID,
ZOHO_CLIENT_SECRET, ZOHO_REFRESH_TOKEN and ZOHO_DATA_CENTER. Set ZOHO_ENVIRONMENT if the
organization is a sandbox or developer one. The project's own events name made-up records
and are not delivered to a real account: use --events to name a folder of events about
your records. The published example secrets are refused: use --secrets.

With --record, each webhook that verifies is written to a file of its own in a folder,
without the credentials that it carries: for untag explain -e, for a test (request:), or for
the folder of events. Webhooks that are refused are not written.

The console at / shows each event in a browser: why each rule did or did not fire, and what
came off which record. If --listen or a tunnel opens it to other machines, it asks for the
token in the address that is printed, or for the one that CONSOLE_TOKEN sets.

With --dead-letters, the console shows the messages of a deployment's dead-letter queue in
place of events that arrive: why each failed, and what today's rules would do with it. Nothing
is delivered or changed. With --redrive, chosen ones can be sent to the queue again.

` + local.HostsHelp + `

Exit codes: 0: done; 1: a delivery of --once failed; 2: wrong usage or an unreadable
file.`

func newRun() *cobra.Command {
	var f local.Options
	var dead deadFlags
	c := &cobra.Command{
		Use:   "run",
		Short: "Run the whole program on this machine, with a simulated Zoho and a console in the browser",
		Long:  runHelp,
		Example: `  untag run
  untag run --once
  untag run --rules my-rules.yaml --records my-records.yaml
  untag run --record received
  untag run --zoho --rules my-rules.yaml --secrets my-webhook-secrets.json
  untag run --dead-letters --rules my-rules.yaml`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if dead.letters {
				return dead.run(c, f)
			}
			if err := dead.alone(c); err != nil {
				return err
			}
			f.Given = make(map[string]bool)
			for _, name := range []string{"events", "records", "secrets"} {
				f.Given[name] = c.Flags().Changed(name)
			}
			return local.Run(c.Context(), c.OutOrStdout(), c.ErrOrStderr(), f)
		},
	}
	c.Flags().StringVar(&f.Listen, "listen", "127.0.0.1:8080", "address to listen on for webhooks; port 0 takes a free one")
	c.Flags().StringSliceVar(&f.Hosts, "allow-host", nil, "further hosts to answer to, such as that of a tunnel")
	c.Flags().StringVar(&f.Audit, "audit", "", "file to which a line is added for each removal, for untag audit and untag undo")
	c.Flags().StringVar(&f.Rules, "rules", "rules.yaml", "rules file")
	c.Flags().StringVar(&f.Events, "events", "events", "folder of recorded events to deliver")
	c.Flags().StringVar(&f.Records, "records", filepath.Join("events", "crm.yaml"), "records of the simulated Zoho")
	c.Flags().StringVar(&f.Secrets, "secrets", filepath.Join("events", "secrets", "webhook.json"), `webhook secrets, such as {"zoho": "…", "github": ["…"]}`)
	c.Flags().StringVar(&f.Record, "record", "", "folder to write each webhook to that verifies, without its credentials")
	c.Flags().BoolVar(&f.Once, "once", false, "end after the deliveries; exit 1 if one failed")
	c.Flags().BoolVar(&f.Zoho, "zoho", false, "use a real account; events are delivered only with --events")
	c.Flags().BoolVarP(&f.Verbose, "verbose", "v", false, "write the function's log to standard error, at LOG_LEVEL")
	dead.add(c)
	return c
}
