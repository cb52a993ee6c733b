package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"untag/functions/removetags/handler"
	"untag/internal/zohoauth"
)

type runFlags struct {
	listen, rules, events, records, secrets string
	hosts                                   []string
	once, zoho, verbose                     bool
	// given says which of --events, --records and --secrets were given: a file that was
	// named must exist, a default need not.
	given map[string]bool
}

func newRun() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run",
		Short: "Run the whole program on this machine, with a simulated Zoho",
		Long: `Run untag's Lambda function on this machine, behind a small stand-in for API
Gateway and with a simulated Zoho. Each recorded event is delivered as its sender
would, and a table shows which tags were removed from which record. Then untag
listens for webhooks and prints a line for each one, until Ctrl-C.

A rules file is all it needs. Without recorded events none are delivered; without a
records file the simulated Zoho starts with made-up records; without a secrets file
each source gets a secret for this run.

With --zoho, tags are removed from the records of a real account. Its credential is
the secret that ZOHO_SECRET_ID names in AWS Secrets Manager, or ZOHO_CLIENT_ID,
ZOHO_CLIENT_SECRET, ZOHO_REFRESH_TOKEN and ZOHO_DATA_CENTER. Set ZOHO_ENVIRONMENT if the
organization is a sandbox or developer one. The project's own events name made-up records
and are not delivered to a real account: use --events to name a folder of events about
your records. The published example secrets are refused: use --secrets.

` + hostsHelp + `

Exit codes: 0: done; 1: a delivery of --once failed; 2: wrong usage or an unreadable
file.`,
		Example: `  untag run
  untag run --once
  untag run --rules my-rules.yaml --records my-records.yaml
  untag run --zoho --rules my-rules.yaml --secrets my-webhook-secrets.json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			f.given = make(map[string]bool)
			for _, name := range []string{"events", "records", "secrets"} {
				f.given[name] = c.Flags().Changed(name)
			}
			return run(c.Context(), c.OutOrStdout(), c.ErrOrStderr(), f)
		},
	}
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:8080", "address to listen on for webhooks; port 0 takes a free one")
	c.Flags().StringSliceVar(&f.hosts, "allow-host", nil, "further hosts to answer to, such as that of a tunnel")
	c.Flags().StringVar(&f.rules, "rules", "rules.yaml", "rules file")
	c.Flags().StringVar(&f.events, "events", "events", "folder of recorded events to deliver")
	c.Flags().StringVar(&f.records, "records", filepath.Join("events", "crm.yaml"), "records of the simulated Zoho")
	c.Flags().StringVar(&f.secrets, "secrets", filepath.Join("events", "secrets", "webhook.json"), `webhook secrets, such as {"zoho": "…", "github": ["…"]}`)
	c.Flags().BoolVar(&f.once, "once", false, "end after the deliveries; exit 1 if one failed")
	c.Flags().BoolVar(&f.zoho, "zoho", false, "use a real account; events are delivered only with --events")
	c.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "write the function's log to standard error, at LOG_LEVEL")
	return c
}

// running is the function that `untag run` serves, with its inputs and its account.
type running struct {
	out   io.Writer
	flags runFlags
	log   *slog.Logger
	inputs

	url      string
	function *handler.Handler
	own      *deliveries
	crm      *crm // nil with a real account
}

// run reads all its input before it opens a port.
func run(ctx context.Context, w, stderr io.Writer, f runFlags) error {
	r := &running{out: w, flags: f, own: new(deliveries)}
	var err error
	if r.log, err = logger(stderr, os.Getenv, f.verbose); err != nil {
		return err
	}
	var a account
	if f.zoho {
		if a, err = realAccount(os.Getenv); err != nil {
			return err
		}
	}
	if r.inputs, err = readInputs(f); err != nil {
		return err
	}
	for _, warning := range r.warnings {
		fmt.Fprintln(stderr, "warning: "+warning)
	}
	// The simulated Zoho outlives the requests in flight.
	behind, stopBehind := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBehind()
	if !f.zoho {
		if a, err = r.simulate(behind); err != nil {
			return err
		}
	}
	if r.function, err = newLine(r.rules, r.webhooks, a, r.log); err != nil {
		return err
	}
	return r.serve(ctx)
}

// serve delivers the recorded events, and then serves until ctx ends.
func (r *running) serve(ctx context.Context) error {
	l, err := listen(r.flags.listen)
	if err != nil {
		return err
	}
	r.url = urlOf(l)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	lines := newTicker(r.out, r.rules)
	front := named(gateway{r.function, r.own, lines.print}, l, r.flags.listen, r.flags.hosts)
	front.Refused = func(q *http.Request) {
		reason := "the Host " + shorten(q.Host, 60) + " is not a name of this machine; if it should be, use --allow-host"
		lines.print(served{at: time.Now(), method: q.Method, path: q.URL.Path, status: http.StatusMisdirectedRequest, reason: reason})
	}
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, l, front, r.log) }()

	fmt.Fprint(r.out, r.notes(r.flags))
	err = r.deliver(ctx)
	if r.flags.once || err != nil {
		stop()
		return errors.Join(err, <-ended)
	}
	r.invite()
	return <-ended
}

// simulate starts a sandbox that serves until ctx ends, and returns its account.
func (r *running) simulate(ctx context.Context) (account, error) {
	l, err := listen("127.0.0.1:0")
	if err != nil {
		return account{}, err
	}
	r.crm = newWatched(r.records)
	go func() { _ = serve(ctx, l, named(r.crm, l, "", nil), r.log) }()
	credentials := zohoauth.Credentials(r.crm.Credentials())
	return account{
		simulated:   true,
		credentials: func(context.Context) (zohoauth.Credentials, error) { return credentials, nil },
		apiURL:      urlOf(l), accountsURL: urlOf(l), version: os.Getenv("ZOHO_API_VERSION"),
	}, nil
}

// deliver delivers every event and prints the report. With --once, its error says that
// some deliveries failed.
func (r *running) deliver(ctx context.Context) error {
	if len(r.files) == 0 {
		return nil
	}
	table, d := newReport(r.out), newDeliverer(r.function, r.url, r.own)
	done, wrong := 0, 0
	for _, file := range r.files {
		before := r.crm.tags()
		one := d.deliver(ctx, file)
		if ctx.Err() != nil {
			break
		}
		done++
		if one.wrong != "" {
			wrong++
		}
		table.add(one, changesIn(one.outcomes, before, r.crm.tags()))
	}
	table.print()
	switch {
	case !r.flags.once:
		return nil
	case wrong > 0:
		return answerIsNo{fmt.Sprintf("%d of %d deliveries went wrong", wrong, len(r.files))}
	case done < len(r.files):
		return answerIsNo{fmt.Sprintf("ended after %d of %d deliveries", done, len(r.files))}
	}
	return nil
}

// invite prints where webhooks are received, and what to try.
func (r *running) invite() {
	fmt.Fprintf(r.out, "\nListening for webhooks at %s/webhooks/{source}; each one is shown below. Press Ctrl-C to stop.\n", r.url)
	if try, ok := invite(r.url, r.rules, r.webhooks, r.shown, r.crm.tags()); ok {
		fmt.Fprintf(r.out, "\n%s\n", try)
	} else if sources := r.rules.Sources(); !r.flags.zoho && len(sources) > 0 {
		fmt.Fprintf(r.out, "\nTo try a rule without its sender, write its event to a file, as {\"source\": \"%s\", \"event\": {…}}, and run: untag explain -e FILE\n", clean(sources[0].Name))
	}
}
