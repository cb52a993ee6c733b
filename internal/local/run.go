package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"untag/internal/console"
	"untag/internal/event"
	"untag/internal/terminal"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

// Options are those of `untag run`.
type Options struct {
	Listen, Rules, Events, Records, Secrets string
	// Audit is the file to which the audit is added, "" for none.
	Audit string
	// Record is the folder that received requests are written to, "" for none.
	Record              string
	Hosts               []string
	Once, Zoho, Verbose bool
	// Given says which of --events, --records and --secrets were given: a file that was
	// named must exist, a default need not.
	Given map[string]bool
}

// running is the function that `untag run` serves, with its inputs and its account.
type running struct {
	out   io.Writer
	flags Options
	log   *slog.Logger
	// inputs are those that it began with.
	inputs

	url     string
	account account
	client  *zoho.Client
	logs    logs
	// force is what runs with the rules in force.
	force atomic.Pointer[inForce]
	// changing is held while the rules file is saved or put into force: each looks first at which
	// version it is.
	changing sync.Mutex
	own      *deliveries
	crm      *crm // nil with a real account
	keeper   *keeper
	lines    *ticker
	page     *console.Console // nil with --once
	// pageURL is the address of the page, with its token if it asks for one.
	pageURL string
	// recordings writes what is received; nil without --record.
	recordings *recordings
}

// Run runs the function behind a stand-in for API Gateway, delivers the recorded events, and
// serves until ctx ends. It reads all its input before it opens a port. Its error is a
// terminal.AnswerIsNo if a delivery of --once failed.
func Run(ctx context.Context, w, stderr io.Writer, f Options) error {
	r := &running{out: w, flags: f, own: new(deliveries)}
	var err error
	if r.log, err = logger(stderr, os.Getenv, f.Verbose); err != nil {
		return err
	}
	if err := checkSettings(os.Getenv); err != nil {
		return err
	}
	if f.Zoho {
		if r.account, err = realAccount(ctx, os.Getenv); err != nil {
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
	if !f.Zoho {
		if r.account, err = r.simulate(behind); err != nil {
			return err
		}
	}
	if f.Record != "" {
		if r.recordings, err = newRecordings(f.Record, r.strip); err != nil {
			return err
		}
	}
	audit, err := openAudit(f.Audit)
	if err != nil {
		return err
	}
	defer audit.Close()
	r.logs = logs{r.log, audit.log()}
	report := func(message string) { r.log.Warn("zoho", "reason", message) }
	if r.client, err = r.account.client(report, newWatchedClient(r.crm)); err != nil {
		return err
	}
	r.force.Store(r.enforce(r.inputs))
	return r.serve(ctx)
}

// serve delivers the recorded events, and then serves until ctx ends.
func (r *running) serve(ctx context.Context) error {
	l, err := Listen(r.flags.Listen)
	if err != nil {
		return err
	}
	r.url = URLOf(l)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	lines := newTicker(r.out, r.set)
	lines.hide = func(text string) string { return r.force.Load().hide(text) }
	r.lines = lines
	r.keeper = &keeper{kept: new(console.Kept), describe: lines.describe, rules: r.set}
	if r.page, err = r.newConsole(l, lines); err != nil {
		return errors.Join(err, l.Close())
	}
	gateway := gateway{function: r, own: r.own, served: lines.print, keep: r.keeper.keep, recordings: r.recordings}
	front := Named(front{r.page, gateway}, l, r.flags.Listen, r.flags.Hosts)
	front.Refused = func(q *http.Request) {
		reason := "the Host " + terminal.Shorten(q.Host, 60) + " is not a name of this machine; if it should be, use --allow-host"
		lines.print(served{at: time.Now(), method: q.Method, path: q.URL.Path, status: http.StatusMisdirectedRequest, reason: reason})
	}
	r.recordings.start(ctx, lines.note)
	defer r.recordings.end()
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, front, r.log) }()

	fmt.Fprint(r.out, r.notes(r.flags))
	err = r.deliver(ctx)
	if r.flags.Once || err != nil {
		stop()
		return errors.Join(err, <-ended)
	}
	r.invite()
	go r.watchRules(ctx)
	return <-ended
}

// simulate starts a sandbox that serves until ctx ends, and returns its account.
func (r *running) simulate(ctx context.Context) (account, error) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		return account{}, err
	}
	r.crm = newWatched(r.records)
	go func() { _ = Serve(ctx, l, Named(r.crm, l, "", nil), r.log) }()
	credentials := zohoauth.Credentials(r.crm.Credentials())
	return account{
		simulated:   true,
		credentials: func(context.Context) (zohoauth.Credentials, error) { return credentials, nil },
		apiURL:      URLOf(l), accountsURL: URLOf(l), version: os.Getenv("ZOHO_API_VERSION"),
	}, nil
}

// deliver delivers every event and prints the report. With --once, its error says that
// some deliveries failed.
func (r *running) deliver(ctx context.Context) error {
	if len(r.files) == 0 {
		return nil
	}
	table, d := newReport(r.out), newDeliverer(r, r.url, r.own)
	d.prover, d.keep = prover{r.strip(), !r.flags.Zoho}, r.keeper.keep
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
	case !r.flags.Once:
		return nil
	case wrong > 0:
		return terminal.AnswerIsNo(fmt.Sprintf("%d of %d deliveries went wrong", wrong, len(r.files)))
	case done < len(r.files):
		return terminal.AnswerIsNo(fmt.Sprintf("ended after %d of %d deliveries", done, len(r.files)))
	}
	return nil
}

// invite prints where webhooks are received, and what to try.
func (r *running) invite() {
	fmt.Fprintf(r.out, "\nListening for webhooks at %s/webhooks/{source}; each one is shown below. Press Ctrl-C to stop.\n", r.url)
	fmt.Fprintf(r.out, "See them in a browser, with the reasons, at %s\n", r.pageURL)
	if onAllAddresses(r.flags.Listen) {
		fmt.Fprintln(r.out, "From another machine, write this machine's name or address in place of 127.0.0.1.")
	}
	if r.flags.Record != "" {
		fmt.Fprintf(r.out, "Each request that verifies is written to %s, without the credentials that it carries.\n", terminal.Clean(r.flags.Record))
	}
	if try, ok := invite(r.url, r.rules, r.webhooks, r.shown, r.crm.tags()); ok {
		fmt.Fprintf(r.out, "\n%s\n", try)
	} else if !r.flags.Zoho {
		fmt.Fprint(r.out, r.bySending())
	}
}

// bySending says how to try a rule with a body that untag signs or explains.
func (r *running) bySending() string {
	sources := r.rules.Sources()
	if len(sources) == 0 {
		return ""
	}
	for _, s := range sources {
		if madeUpSecret(s) != "" {
			return fmt.Sprintf("\nTo try a rule without its sender, send a sample from the page Send in the browser. Or save the\nbody of a webhook as BODY and the secret as SECRET, and run in another terminal:\n\n  %s\n\nOr see what the rules do with it: untag explain --source %s --body BODY\n",
				r.sendCommand(s), terminal.Clean(s.Name))
		}
	}
	return fmt.Sprintf("\nTo try a rule without its sender, send a sample from the page Send in the browser. Or save the\nbody of a webhook as BODY, and run: untag explain --source %s --body BODY\n", terminal.Clean(sources[0].Name))
}

// sendCommand returns the command that signs a body as the source's sender would.
func (r *running) sendCommand(s event.Source) string {
	command := "untag send --source " + terminal.Clean(s.Name)
	if r.flags.Rules != "rules.yaml" {
		command += " --rules " + shellWord(terminal.Clean(r.flags.Rules))
	}
	if !strings.HasSuffix(r.url, ":8080") {
		command += " --to " + shellWord(r.url+"/webhooks/"+url.PathEscape(s.Name))
	}
	return command + " --secret-file SECRET BODY"
}
