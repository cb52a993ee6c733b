package main

import (
	"context"
	"log/slog"

	"untag/functions/removetags/handler"
	"untag/internal/awsenv"
	"untag/internal/pipeline"
	"untag/internal/queue"
	"untag/internal/secrets"
	"untag/internal/webhook"
	"untag/internal/zoho"
)

// newStore makes the store of secrets from the environment.
func newStore(getenv func(string) string) (*secrets.Store, error) {
	aws, err := awsenv.Config(getenv)
	if err != nil {
		return nil, err
	}
	return secrets.New(secrets.Config{
		Client: secretsReader(aws, getenv), WebhookSecretID: getenv("WEBHOOK_SECRET_ID"), ZohoSecretID: getenv("ZOHO_SECRET_ID"),
	}), nil
}

// build wires the function from its configuration. What has no credential is left
// out, and the handler refuses what would need it.
func build(c config, store *secrets.Store, getenv func(string) string, log *slog.Logger) (*handler.Handler, error) {
	h := handler.Config{Rules: c.rules, Log: log}

	receiver := webhook.Config{Sources: c.rules.Sources()}
	if c.webhookSecretID != "" {
		receiver.Secrets = store
	}
	h.Receiver = webhook.New(receiver)

	if c.queueURL != "" {
		aws, err := awsenv.Config(getenv)
		if err != nil {
			return nil, err
		}
		h.Queue = queue.New(queue.Config{Client: queueSender(aws, getenv), URL: c.queueURL})
	}
	if c.zohoSecretID != "" {
		client, err := zoho.New(zoho.Config{
			APIURL: c.zohoAPIURL, Version: c.zohoVersion,
			Tokens: zoho.NewTokens(zoho.NewMinter(zoho.MinterConfig{
				Credentials: credentials(store), AccountsURL: c.zohoAccountsURL,
			})),
		})
		if err != nil {
			return nil, err
		}
		h.Pipeline = pipeline.New(pipeline.Config{Rules: c.rules, CRM: client})
	}
	return handler.New(h), nil
}

func credentials(store *secrets.Store) func(context.Context) (zoho.Credentials, error) {
	return func(ctx context.Context) (zoho.Credentials, error) {
		s, err := store.ZohoCredentials(ctx)
		return zoho.Credentials(s), err
	}
}
