package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"untag/internal/sandbox"
)

type sandboxFlags struct {
	listen, records string
	json            bool
}

func newSandbox() *cobra.Command {
	var f sandboxFlags
	c := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve the pretend Zoho alone, for experiments",
		Long: `Serve a pretend Zoho over HTTP: its accounts server and the part of its CRM API
that reads records and takes tags off them. It prints its address and the
credentials it takes, and ends on Ctrl-C. Nothing is kept.`,
		Example: `  untag sandbox --records events/crm.yaml
  untag sandbox --listen 127.0.0.1:0 --json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return serveSandbox(c, f) },
	}
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:9797", "address to serve on; port 0 takes a free one")
	c.Flags().StringVar(&f.records, "records", "", "YAML file with the CRM's records")
	c.Flags().BoolVar(&f.json, "json", false, "print address and credentials as one line of JSON")
	return c
}

// access is where a sandbox is and what it takes, as `--json` prints it.
type access struct {
	URL string `json:"url"`
	sandbox.Credentials
}

func serveSandbox(c *cobra.Command, f sandboxFlags) error {
	crm, err := newCRM(f.records)
	if err != nil {
		return err
	}
	l, err := listen(f.listen)
	if err != nil {
		return err
	}
	a := access{URL: urlOf(l), Credentials: crm.Credentials()}
	if err := printAccess(c.OutOrStdout(), a, f.json); err != nil {
		return err
	}
	return crm.Serve(c.Context(), l)
}

// newCRM makes a sandbox with the records of a file, empty where none is named.
func newCRM(file string) (*sandbox.Sandbox, error) {
	records, err := readRecords(file)
	if err != nil {
		return nil, err
	}
	return sandbox.New(sandbox.Config{Records: records}), nil
}

func readRecords(file string) (sandbox.Records, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, unread("records", "--records", err)
	}
	records, err := sandbox.ParseRecords(data)
	if err != nil {
		return nil, recordsFault(file, err)
	}
	return records, nil
}

// recordsFault puts file, line and column before each thing that is wrong.
func recordsFault(file string, err error) error {
	faults := []error{err}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		faults = several.Unwrap()
	}
	lines := []string{"the records cannot be used:"}
	for _, fault := range faults {
		place, message := file, fault.Error()
		var e *sandbox.RecordsError
		if errors.As(fault, &e) {
			message = e.Message
			if e.Line > 0 {
				place = fmt.Sprintf("%s:%d:%d", file, e.Line, max(e.Column, 1))
			}
		}
		lines = append(lines, clean(place+": "+message))
	}
	return errors.New(strings.Join(lines, "\n"))
}

// urlOf is where a listener is reached from this machine.
func urlOf(l net.Listener) string {
	address, ok := l.Addr().(*net.TCPAddr)
	if ok && address.IP.IsUnspecified() {
		return fmt.Sprintf("http://127.0.0.1:%d", address.Port)
	}
	return "http://" + l.Addr().String()
}

func listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%w; choose another address with --listen", err)
	}
	return l, nil
}

func printAccess(w io.Writer, a access, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(a)
	}
	_, err := fmt.Fprintf(w, `The pretend Zoho is at %s

  client_id      %s
  client_secret  %s
  refresh_token  %s
  data_center    %s

Get an access token, then use it:

  curl -s %s/oauth/v2/token -d grant_type=refresh_token \
    -d client_id=%s -d client_secret=%s -d refresh_token=%s

Ctrl-C ends it.
`, a.URL, a.ClientID, a.ClientSecret, a.RefreshToken, a.DataCenter, a.URL, a.ClientID, a.ClientSecret, a.RefreshToken)
	return err
}
