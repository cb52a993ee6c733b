package main

import (
	"context"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"untag/functions/removetags/handler"
	"untag/internal/awsenv"
	"untag/internal/pipeline"
	"untag/internal/queue"
	"untag/internal/secrets"
	"untag/internal/webhook"
	"untag/internal/zoho"
)

// build wires the function from its configuration. What has no credential is left
// out, and the handler refuses what would need it.
func build(c config, getenv func(string) string, log *slog.Logger) (*handler.Handler, error) {
	store := secrets.New(secrets.Config{
		Client: secretsmanager.NewFromConfig(c.aws, func(o *secretsmanager.Options) {
			o.BaseEndpoint = awsenv.Endpoint(getenv, "SECRETS_MANAGER")
		}),
		WebhookSecretID: c.webhookSecretID,
		ZohoSecretID:    c.zohoSecretID,
	})
	h := handler.Config{Rules: c.rules, Log: log}

	receiver := webhook.Config{Sources: c.rules.Sources()}
	if c.webhookSecretID != "" {
		receiver.Secrets = store
	}
	h.Receiver = webhook.New(receiver)

	if c.queueURL != "" {
		h.Queue = queue.New(queue.Config{
			Client: sqs.NewFromConfig(c.aws, func(o *sqs.Options) { o.BaseEndpoint = awsenv.Endpoint(getenv, "SQS") }),
			URL:    c.queueURL,
		})
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
