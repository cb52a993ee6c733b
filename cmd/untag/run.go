package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"untag/functions/removetags/handler"
	"untag/internal/rules"
	"untag/internal/sandbox"
	"untag/internal/zoho"
)

type runFlags struct {
	listen, rules, events, records, secrets string
	once, zoho, verbose                     bool
}

func newRun() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run",
		Short: "Run the whole line here, against a pretend Zoho",
		Long: `Run untag's Lambda function on this machine, behind a small stand-in for API
Gateway and beside a pretend Zoho. Every recorded event is delivered as its sender
would, and what came off which record is shown. Then it goes on serving.`,
		Example: `  untag run
  untag run --once
  untag run --zoho --rules my-rules.yaml --secrets my-webhook-secrets.json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			deliver := !f.zoho || c.Flags().Changed("events")
			return run(c.Context(), c.OutOrStdout(), f, deliver)
		},
	}
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:8080", "address to serve webhooks on; port 0 takes a free one")
	c.Flags().StringVar(&f.rules, "rules", "rules.yaml", "rules file")
	c.Flags().StringVar(&f.events, "events", "events", "folder of recorded events to deliver")
	c.Flags().StringVar(&f.records, "records", filepath.Join("events", "crm.yaml"), "records of the pretend Zoho")
	c.Flags().StringVar(&f.secrets, "secrets", filepath.Join("events", "secrets", "webhook.json"), "webhook secrets, in the form of the webhook secret in Secrets Manager")
	c.Flags().BoolVar(&f.once, "once", false, "end after the deliveries; exit 1 if one went wrong")
	c.Flags().BoolVar(&f.zoho, "zoho", false, "use a real account (ZOHO_SECRET_ID, or ZOHO_CLIENT_ID, …); recorded events are delivered only with --events")
	c.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "write the function's log to standard error")
	return c
}

// running is a function that serves, and what it serves.
type running struct {
	url      string
	function *handler.Handler
	recorder *recorder
	crm      *sandbox.Sandbox // nil with a real account
}

func run(ctx context.Context, w io.Writer, f runFlags, deliver bool) error {
	set, err := readRules(f.rules)
	if err != nil {
		return err
	}
	webhooks, err := readWebhookSecrets(f.secrets)
	if err != nil {
		return err
	}
	log, err := logger(os.Getenv, f.verbose)
	if err != nil {
		return err
	}
	var files []string
	if deliver {
		if files, err = eventFiles(f.events); err != nil {
			return err
		}
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r := &running{}
	a, err := r.account(ctx, f)
	if err != nil {
		return err
	}
	if r.function, r.recorder, err = newLine(set, webhooks, a, log); err != nil {
		return err
	}
	l, err := listen(f.listen)
	if err != nil {
		return err
	}
	r.url = "http://" + l.Addr().String()
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, l, gateway{r.function}) }()
	return r.show(ctx, w, f, set, webhooks, files, ended)
}

// account is the real one, or that of a sandbox that serves until ctx ends.
func (r *running) account(ctx context.Context, f runFlags) (account, error) {
	if f.zoho {
		return realAccount(os.Getenv)
	}
	crm, err := newCRM(f.records)
	if err != nil {
		return account{}, err
	}
	l, err := listen("127.0.0.1:0")
	if err != nil {
		return account{}, err
	}
	go func() { _ = crm.Serve(ctx, l) }()
	r.crm = crm
	credentials := zoho.Credentials(crm.Credentials())
	url := "http://" + l.Addr().String()
	return account{
		credentials: func(context.Context) (zoho.Credentials, error) { return credentials, nil },
		apiURL:      url, accountsURL: url, version: os.Getenv("ZOHO_API_VERSION"),
	}, nil
}

// show delivers, reports, and serves on.
func (r *running) show(ctx context.Context, w io.Writer, f runFlags, set *rules.Rules, webhooks webhookSecrets, files []string, ended chan error) error {
	wrong := 0
	if len(files) > 0 {
		report := newReport(w)
		d := deliverer{function: r.function, url: r.url, recorder: r.recorder}
		for _, file := range files {
			one := d.deliver(ctx, file)
			if one.wrong != "" {
				wrong++
			}
			report.add(one, changesIn(one.outcomes))
		}
		report.print()
	}
	if f.once {
		if wrong > 0 {
			return answerIsNo{fmt.Sprintf("%d of %d deliveries went wrong", wrong, len(files))}
		}
		return nil
	}
	fmt.Fprintf(w, "\nServing webhooks at %s/webhooks/{source}. Ctrl-C ends it.\n%s", r.url, r.invitation(set, webhooks))
	return <-ended
}

// invitation is a command to try: it takes a tag off a record of the sandbox that no
// recorded event is about.
func (r *running) invitation(set *rules.Rules, webhooks webhookSecrets) string {
	if r.crm == nil {
		return ""
	}
	const id = "5725767000000524116"
	tags, found := r.crm.Tags("Deals", id)
	for _, s := range set.Sources() {
		for _, scheme := range s.Verify {
			if found && len(tags) > 0 && scheme.Kind == "token" && scheme.Header != "" && len(webhooks[s.Name]) > 0 {
				return fmt.Sprintf(`
Try it: this deal closes, and loses "%s".

  curl -s %s/webhooks/%s -H '%s: %s' \
    -H 'Content-Type: application/json' \
    -d '{"module": "Deals", "id": "%s", "Stage": "Closed Won"}'

`, tags[0], r.url, s.Name, scheme.Header, webhooks[s.Name][0], id)
			}
		}
	}
	return ""
}

// serve answers until ctx ends, and then finishes what is in flight.
func serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	rest, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(rest); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}
