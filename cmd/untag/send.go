package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"untag/functions/removetags/handler"
	"untag/internal/event"
	"untag/internal/send"
	"untag/internal/userfile"
)

type sendFlags struct {
	delivery                  send.Delivery
	secretFile, source, rules string
	print                     bool
}

func newSend() *cobra.Command {
	var f sendFlags
	c := &cobra.Command{
		Use:   "send (--as SENDER | --source NAME) FILE",
		Short: "Sign a webhook as its sender would, and deliver it",
		Long: `Sign the body in a file (- for standard input) as a sender would, and deliver it: to a
running untag run, or to --to. untag senders lists the senders. Without --as, sign as the
rules file says of the source that --source names. The secret is that of the source:
--secret, the file that --secret-file names, or WEBHOOK_SECRET. The file may also be a
recorded request, such as one that untag run --record wrote: then its headers and query are
sent too. For senders that sign the URL, set PUBLIC_URL to the address that they call, as
for the function.

Exit codes: 0: accepted; 1: not accepted, or not delivered; 2: wrong usage or an
unreadable file.`,
		Example: `  untag send --as stripe --secret-file stripe.secret invoice.json
  untag send --as github --secret-file hub.secret --header 'X-GitHub-Event: issues' --print issue.json
  untag send --source billing --secret-file billing.secret body.json
  untag send --as shopify --to https://hooks.example.com/webhooks/shop order.json`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f.delivery.File = args[0]
			return runSend(c, f)
		},
	}
	c.Flags().StringVar(&f.delivery.As, "as", "", "the sender whose signature the webhook gets")
	c.Flags().StringVar(&f.delivery.Secret, "secret", "", "the secret (WEBHOOK_SECRET); shells remember it, so prefer --secret-file")
	c.Flags().StringVar(&f.secretFile, "secret-file", "", "file with the secret")
	c.Flags().StringVar(&f.delivery.URL, "to", "", "URL to deliver to, by default that of the source at untag run: http://127.0.0.1:8080/webhooks/SOURCE")
	c.Flags().StringVar(&f.source, "source", "", "the source at untag run, by default the name of the sender")
	c.Flags().StringVar(&f.rules, "rules", "rules.yaml", "rules file that describes the source, if there is no --as")
	c.Flags().StringArrayVar(&f.delivery.Headers, "header", nil, "a further header as `'Name: value'`; may be repeated")
	c.Flags().StringVar(&f.delivery.ID, "id", "", "the sender's identifier of the delivery, by default a new one")
	c.Flags().BoolVar(&f.print, "print", false, "print the request as a curl command instead of delivering it")
	return c
}

func runSend(c *cobra.Command, f sendFlags) error {
	d := f.delivery
	switch {
	case d.As == "" && f.source == "":
		return errors.New("name the sender with --as, such as --as stripe (untag senders lists them), or a source of your rules file with --source")
	case d.As != "" && f.source != "" && d.URL != "":
		return errors.New("--to has the source in its path; remove --source or --to")
	}
	var err error
	if d.As == "" {
		if d.Source, err = f.described(); err != nil {
			return err
		}
	}
	if d.Secret, err = f.secret(); err != nil {
		return err
	}
	if d.Body, err = userfile.ReadOrStdin(c.InOrStdin(), "body", "name another: untag send --as SENDER FILE", d.File); err != nil {
		return err
	}
	if d.URL == "" {
		source := f.source
		if source == "" {
			source = d.As
		}
		d.URL = "http://127.0.0.1:8080/webhooks/" + url.PathEscape(source)
	}
	if err := d.Unpack(); err != nil {
		return fmt.Errorf("%s: %w", d.File, err)
	}
	if d.ID == "" {
		d.ID = rand.Text()
	}
	d.At, d.PublicURL = time.Now(), os.Getenv("PUBLIC_URL")
	if err := handler.CheckPublicURL(d.PublicURL); err != nil {
		return fmt.Errorf("PUBLIC_URL: %w", err)
	}
	r, err := d.Request(c.Context())
	if err != nil {
		return err
	}
	if f.print {
		command, err := d.Curl(r)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(c.OutOrStdout(), command)
		return err
	}
	return send.Do(c.OutOrStdout(), r)
}

// described returns the source of the rules file that --source names.
func (f sendFlags) described() (event.Source, error) {
	set, err := userfile.ReadRules(f.rules)
	if err != nil {
		return event.Source{}, err
	}
	source, found := set.Source(f.source)
	if !found {
		return event.Source{}, fmt.Errorf("--source: %s has no source %q; name one of its sources, or the sender with --as", f.rules, f.source)
	}
	return source, nil
}

// secret returns the secret that the flags or the environment name.
func (f sendFlags) secret() (string, error) {
	switch {
	case f.delivery.Secret != "" && f.secretFile != "":
		return "", errors.New("--secret and --secret-file both name the secret; remove one of them")
	case f.delivery.Secret != "":
		return f.delivery.Secret, nil
	case f.secretFile != "":
		data, err := userfile.Read("secret", "name another with --secret-file", f.secretFile)
		if err != nil {
			return "", err
		}
		if text := strings.TrimSpace(string(data)); text != "" {
			return text, nil
		}
		return "", fmt.Errorf("read the secret: %s: the file is empty", f.secretFile)
	case os.Getenv("WEBHOOK_SECRET") != "":
		return os.Getenv("WEBHOOK_SECRET"), nil
	}
	return "", errors.New("name the source's secret with --secret-file FILE, --secret, or WEBHOOK_SECRET")
}
