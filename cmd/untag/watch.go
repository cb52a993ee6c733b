package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"untag/internal/event"
	"untag/internal/local"
	"untag/internal/sharedsecret"
	"untag/internal/terminal"
	"untag/internal/userfile"
	"untag/internal/watch"
	"untag/internal/watchlist"
	"untag/internal/zoho"
)

type watchFlags struct {
	rules, url, secrets, secretID string
	json                          bool
}

func newWatch() *cobra.Command {
	var f watchFlags
	c := &cobra.Command{
		Use: "watch", Short: "Subscribe to the notifications of Zoho CRM that the rules file declares", Args: cobra.NoArgs,
		Long: `Zoho CRM can notify untag of each change of a record. A source of the rules file says
which: watch: {events: [Deals.edit]}. A subscription ends after a day (from API v4 on after
a week), so the stack renews it on a schedule, a third of that time before.

Zoho's credential is the one of untag run --zoho: ZOHO_SECRET_ID, or ZOHO_CLIENT_ID,
ZOHO_CLIENT_SECRET, ZOHO_REFRESH_TOKEN and ZOHO_DATA_CENTER. Its scope must include
ZohoCRM.notifications.ALL. Set ZOHO_API_VERSION to the version that the stack uses.

Exit codes: 0: done; 1: Zoho refused, or a subscription is missing; 2: wrong usage or an
unreadable file.`,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.PersistentFlags().StringVar(&f.rules, "rules", "rules.yaml", "rules file")
	c.AddCommand(newWatchList(&f), newWatchEnable(&f), newWatchRenew(&f), newWatchDisable(&f))
	return c
}

func newWatchList(f *watchFlags) *cobra.Command {
	c := &cobra.Command{
		Use: "list", Short: "List the subscriptions, until when they last, and which are missing", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			sources, client, err := f.open(c.Context(), nil)
			if err != nil {
				return err
			}
			list, err := watchlist.Read(c.Context(), client, sources)
			if err != nil {
				return terminal.AnswerIsNo(err.Error())
			}
			if f.json {
				err = watchlist.PrintJSON(c.OutOrStdout(), list)
			} else {
				err = watchlist.Print(c.OutOrStdout(), list)
			}
			for _, e := range list {
				if err == nil && (e.State == watchlist.Missing || e.State == watchlist.Changed) {
					err = terminal.AnswerIsNo("")
				}
			}
			return err
		},
	}
	c.Flags().BoolVar(&f.json, "json", false, "print as one line of JSON")
	return c
}

func newWatchEnable(f *watchFlags) *cobra.Command {
	c := &cobra.Command{
		Use: "enable [SOURCE …]", Short: "Subscribe, or change a subscription; of the named sources, or of all",
		Long: `Subscribe the sources that have a watch. Enabling twice does no harm: a source has one
subscription, and enabling it again replaces its events, its URL and its token.

Zoho proves its notifications with the source's stored secret (the first, if there are
several): as the token in their body, or in the query of their URL.`,
		Example: `  untag watch enable --url https://hooks.example.com --secret-id untag-webhooks
  untag watch enable crm --url https://hooks.example.com --secrets my-webhook-secrets.json`,
		RunE: func(c *cobra.Command, args []string) error { return f.enable(c, args) },
	}
	c.Flags().StringVar(&f.url, "url", os.Getenv("PUBLIC_URL"), "address that senders call, such as the output WebhookUrl of the stack (PUBLIC_URL)")
	c.Flags().StringVar(&f.secrets, "secrets", "", "JSON file of webhook secrets")
	c.Flags().StringVar(&f.secretID, "secret-id", os.Getenv("WEBHOOK_SECRET_ID"), "secret of AWS Secrets Manager with the webhook secrets (WEBHOOK_SECRET_ID)")
	return c
}

func (f *watchFlags) enable(c *cobra.Command, args []string) error {
	ctx := c.Context()
	if f.url == "" {
		return errors.New("name the address that senders call with --url, or in PUBLIC_URL: it is the output WebhookUrl of the stack")
	}
	sources, client, err := f.open(c.Context(), args)
	if err != nil {
		return err
	}
	stored, err := f.stored(ctx)
	if err != nil {
		return err
	}
	return eachSource(sources, func(s event.Source) error {
		usable, _ := sharedsecret.Examine(s.Name, stored[s.Name].Secrets)
		if len(usable) == 0 {
			return errors.New("no usable secret is stored for it, and its notifications could not be verified; `openssl rand -hex 24` makes one")
		}
		state, before, err := watch.Enable(ctx, client, s, f.url, usable[0])
		if err != nil {
			return err
		}
		replaced := ""
		if before != "" {
			replaced = "; it replaces the subscription that notified " + before
		}
		fmt.Fprintf(c.OutOrStdout(), "%s: enabled until %s%s\n", s.Name, state.Ends.UTC().Format("2006-01-02 15:04 MST"), replaced)
		return nil
	})
}

func newWatchRenew(f *watchFlags) *cobra.Command {
	return &cobra.Command{
		Use: "renew [SOURCE …]", Short: "Renew subscriptions now, as the schedule of the stack does before they end",
		RunE: func(c *cobra.Command, args []string) error {
			sources, client, err := f.open(c.Context(), args)
			if err != nil {
				return err
			}
			return eachSource(sources, func(s event.Source) error {
				state, err := watch.Now(c.Context(), client, s)
				if err == nil {
					fmt.Fprintf(c.OutOrStdout(), "%s: renewed until %s\n", s.Name, state.Ends.UTC().Format("2006-01-02 15:04 MST"))
				}
				return err
			})
		},
	}
}

func newWatchDisable(f *watchFlags) *cobra.Command {
	return &cobra.Command{
		Use: "disable [SOURCE …]", Short: "End subscriptions",
		RunE: func(c *cobra.Command, args []string) error {
			sources, client, err := f.open(c.Context(), args)
			if err != nil {
				return err
			}
			return eachSource(sources, func(s event.Source) error {
				list, err := zoho.Channels(c.Context(), client, watch.ID(s.Name))
				switch {
				case err != nil:
					return err
				case len(list) == 0:
					fmt.Fprintf(c.OutOrStdout(), "%s: was not enabled\n", s.Name)
					return nil
				}
				if err := zoho.Unsubscribe(c.Context(), client, watch.ID(s.Name)); err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "%s: disabled\n", s.Name)
				return nil
			})
		},
	}
}

// open returns the sources that have a `watch`, all or the named ones, and a client.
func (f *watchFlags) open(ctx context.Context, names []string) ([]event.Source, *zoho.Client, error) {
	set, err := userfile.ReadRules(f.rules)
	if err != nil {
		return nil, nil, err
	}
	var sources []event.Source
	var known []string
	for _, s := range set.Sources() {
		if len(s.Watch.Events) > 0 {
			known = append(known, s.Name)
			sources = append(sources, s)
		}
	}
	if len(names) > 0 {
		sources = nil
		for _, name := range names {
			s, found := set.Source(name)
			if !found || len(s.Watch.Events) == 0 {
				return nil, nil, fmt.Errorf("no source `%s` of %s has a `watch`; those that have one: %s", name, f.rules, strings.Join(known, ", "))
			}
			sources = append(sources, s)
		}
	}
	client, err := local.Client(ctx, os.Getenv)
	return sources, client, err
}

// stored reads the webhook secrets from a file, or from Secrets Manager.
func (f *watchFlags) stored(ctx context.Context) (userfile.Secrets, error) {
	if f.secrets != "" {
		return userfile.ReadSecrets(f.secrets)
	}
	if f.secretID == "" {
		return nil, errors.New("name the webhook secrets with --secret-id (the output WebhookSecretArn of the stack, or WEBHOOK_SECRET_ID), or a file with --secrets")
	}
	client, region, err := newSecrets(ctx)
	if err != nil {
		return nil, err
	}
	text, err := readSecret(ctx, client, f.secretID)
	if err != nil {
		return nil, unreadSecret(err, f.secretID, region)
	}
	stored, err := userfile.ParseSecrets("the secret "+f.secretID, text)
	if err != nil {
		return nil, terminal.AnswerIsNo(err.Error())
	}
	return stored, nil
}

// eachSource does something for each source. A failure of one does not keep others from it.
func eachSource(sources []event.Source, do func(event.Source) error) error {
	if len(sources) == 0 {
		return errors.New("no source of the rules file has a `watch`, such as watch: {events: [Deals.edit]}")
	}
	var failed []error
	for _, s := range sources {
		if err := do(s); err != nil {
			failed = append(failed, terminal.AnswerIsNo(fmt.Sprintf("source %s: %v", s.Name, err)))
		}
	}
	return errors.Join(failed...)
}
