package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"untag/internal/local"
	"untag/internal/sandbox"
	"untag/internal/userfile"
)

type sandboxFlags struct {
	listen, records, journal string
	hosts                    []string
	json                     bool
	faults                   faultFlags
	concurrency              int
	tokenLife                time.Duration
	searchLag                time.Duration
	readOnly, answers        []string
	scope                    string
	codeLife                 time.Duration
}

func newSandbox() *cobra.Command {
	var f sandboxFlags
	c := &cobra.Command{
		Use: "sandbox", Short: "Run the simulated Zoho alone, for experiments", Args: cobra.NoArgs,
		Long: `Run a simulated Zoho over HTTP: its accounts server and the part of its CRM API
that reads records, removes tags, lists modules, fields and tags, and subscribes to
notifications. It prints its address and the credentials it
accepts, and runs until Ctrl-C. It writes nothing to disk but the journal.

It can fail as Zoho does on a bad day. --faults spreads one share of the calls over
every kind of failure but revoked; --fault sets the share of one kind:

  429, 429-after  too many requests, without and with Retry-After
  500, html       an internal error, a proxy's HTML page
  reset, half     the connection breaks, before or in the middle of the answer
  revoked         the access token is revoked before it expires
  locked          the share of records, not calls, that are locked
  slow            answers that take longer, in addition to any other fault

A call that fails with 500, html, reset or half may still have removed the tags.

Zoho's documentation and its users' reports differ on some answers. --answers chooses:

  207             success and failure in one answer: 207 Multi-Status, not 200
  errors-in-data  an error of the whole call, inside "data" and without an id
  json-path       a bad id is named by its place, "$.ids[1]"
  path-index      a bad id is named by its number among the ids, from 0
  number-ids      ids are JSON numbers

` + local.HostsHelp,
		Example: `  untag sandbox --records events/crm.yaml
  untag sandbox --listen 127.0.0.1:0 --json
  untag sandbox --records events/crm.yaml --faults 0.2 --seed 7 --journal removals.jsonl
  untag sandbox --fault 429-after=0.1,locked=0.05 --retry-after 5s --concurrency 5
  untag sandbox --records events/crm.yaml --answers 207,json-path`,
		RunE: func(c *cobra.Command, _ []string) error { return serveSandbox(c, f) },
	}
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:9797", "address to listen on; port 0 takes a free one")
	c.Flags().StringSliceVar(&f.hosts, "allow-host", nil, "further hosts to answer to")
	c.Flags().StringVar(&f.records, "records", "", "YAML file with the CRM's records")
	c.Flags().BoolVar(&f.json, "json", false, "print address and credentials as one line of JSON")
	c.Flags().StringVar(&f.journal, "journal", "", "file to write every removal to, a line of JSON each")
	c.Flags().IntVar(&f.concurrency, "concurrency", 0, "how many CRM calls at a time; one more is answered 429; 0 for no limit")
	c.Flags().DurationVar(&f.tokenLife, "token-life", time.Hour, "how long an access token is valid")
	c.Flags().StringSliceVar(&f.readOnly, "read-only", nil, "modules whose records the user may not change")
	c.Flags().StringSliceVar(&f.answers, "answers", nil, "forms of answers: "+strings.Join(slices.Sorted(maps.Keys(answerForms())), ", "))
	c.Flags().DurationVar(&f.searchLag, "search-lag", 0, "how long after the start searches find nothing, as when Zoho's index lags")
	c.Flags().StringVar(&f.scope, "scope", "", "scope of the credentials and of the code, such as ZohoCRM.modules.ALL; everything by default")
	c.Flags().DurationVar(&f.codeLife, "code-life", 10*time.Minute, "how long the grant code is valid, at most 10m")
	f.faults.add(c.Flags())
	return c
}

// access is the address of a sandbox and the credentials it accepts, as --json prints it.
type access struct {
	URL string `json:"url"`
	sandbox.Credentials
	// Code is a grant code, valid once and for minutes.
	Code string `json:"code"`
}

func serveSandbox(c *cobra.Command, f sandboxFlags) error {
	config, err := f.config()
	if err != nil {
		return err
	}
	if f.journal != "" {
		journal, err := os.Create(f.journal)
		if err != nil {
			return fmt.Errorf("--journal: %w", err)
		}
		defer journal.Close()
		lines := json.NewEncoder(journal)
		config.OnRemove = func(e sandbox.Entry) {
			if err := lines.Encode(e); err != nil {
				c.PrintErrln("untag: --journal:", err)
			}
		}
	}
	crm := sandbox.New(config)
	l, err := local.Listen(f.listen)
	if err != nil {
		return err
	}
	a := access{URL: local.URLOf(l), Credentials: crm.Credentials(), Code: crm.CodeFor(cmp.Or(f.scope, sandbox.DefaultScope), f.codeLife)}
	if err := printAccess(c.OutOrStdout(), a, f.json); err != nil {
		return err
	}
	return local.Serve(c.Context(), l, local.Named(crm, l, f.listen, f.hosts), slog.New(slog.DiscardHandler))
}

// config returns the configuration that the flags ask for. Without --records the sandbox
// is empty.
func (f sandboxFlags) config() (sandbox.Config, error) {
	records, err := userfile.ReadRecords(f.records)
	if err != nil {
		return sandbox.Config{}, err
	}
	faults, err := f.faults.faults()
	if err != nil {
		return sandbox.Config{}, err
	}
	if f.concurrency < 0 {
		return sandbox.Config{}, fmt.Errorf("--concurrency: %d is not a number of calls", f.concurrency)
	}
	if f.codeLife <= 0 || f.codeLife > 10*time.Minute {
		return sandbox.Config{}, fmt.Errorf("--code-life: %v is not above zero and at most 10m", f.codeLife)
	}
	if f.tokenLife <= 0 {
		return sandbox.Config{}, fmt.Errorf("--token-life: %v is too short; it must be above zero", f.tokenLife)
	}
	c := sandbox.Config{
		Records: records, Faults: faults, Concurrency: f.concurrency, TokenLife: f.tokenLife, ReadOnly: f.readOnly,
		SearchLag: f.searchLag, Scope: f.scope,
	}
	err = chooseAnswers(&c, f.answers)
	return c, err
}

func printAccess(w io.Writer, a access, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(a)
	}
	_, err := fmt.Fprintf(w, `The simulated Zoho is at %s

  client_id      %s
  client_secret  %s
  refresh_token  %s
  code           %s (a grant code: valid once, for minutes)
  data_center    %s

Get an access token, then use it:

  curl -s %s/oauth/v2/token -d grant_type=refresh_token \
    -d client_id=%s -d client_secret=%s -d refresh_token=%s

Or run untag with it as the account, in another terminal:

  export ZOHO_API_URL=%s ZOHO_ACCOUNTS_URL=%s
  export ZOHO_CLIENT_ID=%s ZOHO_CLIENT_SECRET=%s
  export ZOHO_REFRESH_TOKEN=%s ZOHO_DATA_CENTER=%s
  untag run --zoho --secrets my-webhook-secrets.json

Press Ctrl-C to stop it.
`, a.URL, a.ClientID, a.ClientSecret, a.RefreshToken, a.Code, a.DataCenter, a.URL, a.ClientID, a.ClientSecret, a.RefreshToken,
		a.URL, a.URL, a.ClientID, a.ClientSecret, a.RefreshToken, a.DataCenter)
	return err
}
