package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"untag/functions/removetags/handler"
	"untag/internal/rules"
	"untag/internal/zoho"
)

type runFlags struct {
	listen, rules, events, records, secrets string
	once, zoho, verbose                     bool
	// eventsGiven and secretsGiven say that those were named, and are not the project's.
	eventsGiven, secretsGiven bool
}

func newRun() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run",
		Short: "Run the whole line here, against a pretend Zoho",
		Long: `Run untag's Lambda function on this machine, behind a small stand-in for API
Gateway and beside a pretend Zoho. Every recorded event is delivered as its sender
would, and what came off which record is shown. Then it goes on serving, until
Ctrl-C.

With --zoho tags come off the records of a real account. Its credential is the
secret that ZOHO_SECRET_ID names in AWS Secrets Manager, or ZOHO_CLIENT_ID,
ZOHO_CLIENT_SECRET, ZOHO_REFRESH_TOKEN and ZOHO_DATA_CENTER. The project's own
events name made-up records and are not delivered to it: give --events a folder
of events about yours, if you want some delivered.

It exits with 0 when done, 1 when a delivery of --once went wrong, 2 when it was
used wrongly.`,
		Example: `  untag run
  untag run --once
  untag run --zoho --rules my-rules.yaml --secrets my-webhook-secrets.json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			f.eventsGiven, f.secretsGiven = c.Flags().Changed("events"), c.Flags().Changed("secrets")
			return run(c.Context(), c.OutOrStdout(), c.ErrOrStderr(), f)
		},
	}
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:8080", "address to serve webhooks on; port 0 takes a free one")
	c.Flags().StringVar(&f.rules, "rules", "rules.yaml", "rules file")
	c.Flags().StringVar(&f.events, "events", "events", "folder of recorded events to deliver")
	c.Flags().StringVar(&f.records, "records", filepath.Join("events", "crm.yaml"), "records of the pretend Zoho")
	c.Flags().StringVar(&f.secrets, "secrets", filepath.Join("events", "secrets", "webhook.json"), `webhook secrets, such as {"zoho": "…", "github": ["…"]}`)
	c.Flags().BoolVar(&f.once, "once", false, "end after the deliveries; exit 1 if one went wrong")
	c.Flags().BoolVar(&f.zoho, "zoho", false, "use a real account; events are delivered only with --events")
	c.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "write the function's log to standard error, at LOG_LEVEL")
	return c
}

// running is a function that serves, and what it serves.
type running struct {
	out      io.Writer
	flags    runFlags
	log      *slog.Logger
	rules    *rules.Rules
	webhooks webhookSecrets
	files    []string

	url      string
	function *handler.Handler
	recorder *recorder
	crm      *crm // nil with a real account
}

// run reads all that it is given before it opens a port.
func run(ctx context.Context, w, stderr io.Writer, f runFlags) error {
	r, err := prepare(w, stderr, f)
	if err != nil {
		return err
	}
	// The pretend Zoho outlasts what is in flight.
	behind, stopBehind := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBehind()
	a, err := r.account(behind)
	if err != nil {
		return err
	}
	if r.function, r.recorder, err = newLine(r.rules, r.webhooks, a, r.log); err != nil {
		return err
	}
	l, err := listen(f.listen)
	if err != nil {
		return err
	}
	if f.zoho && !f.secretsGiven && !loopback(l) {
		l.Close()
		return errors.New("--zoho with the demonstration's webhook secrets, which everybody knows, is for this machine alone: name your own with --secrets, or listen on 127.0.0.1")
	}
	r.url = urlOf(l)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, l, gateway{r.function}, r.log) }()

	err = r.deliver(ctx)
	if f.once || err != nil {
		stop()
		return errors.Join(err, <-ended)
	}
	r.invite()
	return <-ended
}

func prepare(w, stderr io.Writer, f runFlags) (*running, error) {
	r := &running{out: w, flags: f}
	var err error
	if r.rules, err = readRules(f.rules); err != nil {
		return nil, err
	}
	if r.webhooks, err = readWebhookSecrets(f.secrets); err != nil {
		return nil, err
	}
	if r.log, err = logger(stderr, os.Getenv, f.verbose); err != nil {
		return nil, err
	}
	if !f.zoho || f.eventsGiven {
		if r.files, err = eventFiles(f.events); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// account is the real one, or that of a sandbox that serves until ctx ends.
func (r *running) account(ctx context.Context) (account, error) {
	if r.flags.zoho {
		return realAccount(os.Getenv)
	}
	records, err := readRecords(r.flags.records)
	if err != nil {
		return account{}, err
	}
	l, err := listen("127.0.0.1:0")
	if err != nil {
		return account{}, err
	}
	r.crm = newWatched(records)
	go func() { _ = r.crm.Serve(ctx, l) }()
	credentials := zoho.Credentials(r.crm.Credentials())
	return account{
		credentials: func(context.Context) (zoho.Credentials, error) { return credentials, nil },
		apiURL:      urlOf(l), accountsURL: urlOf(l), version: os.Getenv("ZOHO_API_VERSION"),
	}, nil
}

// deliver sends every event and reports; an error says that not all went well.
func (r *running) deliver(ctx context.Context) error {
	defer r.recorder.end()
	if len(r.files) == 0 {
		fmt.Fprintln(r.out, "No events were delivered: this is a real account, and the project's events name made-up records.\nDeliver events about your own records with --events FOLDER.")
		return nil
	}
	table, d := newReport(r.out), newDeliverer(r.function, r.url, r.recorder)
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

// invite says where webhooks are served, and what to try.
func (r *running) invite() {
	fmt.Fprintf(r.out, "\nServing webhooks at %s/webhooks/{source}. Ctrl-C ends it.\n", r.url)
	if try, ok := invite(r.url, r.rules, r.webhooks, !r.flags.secretsGiven, r.crm.tags()); ok {
		fmt.Fprintf(r.out, "\n%s\n", try)
	}
}

// loopback reports whether only this machine reaches a listener.
func loopback(l net.Listener) bool {
	address, ok := l.Addr().(*net.TCPAddr)
	return ok && address.IP.IsLoopback()
}
