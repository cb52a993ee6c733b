package main

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"untag/functions/removetags/handler"
	"untag/internal/pipeline"
	"untag/internal/queue"
	"untag/internal/secrets"
	"untag/internal/watch"
	"untag/internal/webhook"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

// newStore returns the store of the secrets that the environment names.
func newStore(r remote, getenv func(string) string, log *slog.Logger) *secrets.Store {
	return secrets.New(secrets.Config{
		Client: r.secrets, WebhookSecretID: getenv("WEBHOOK_SECRET_ID"), ZohoSecretID: getenv("ZOHO_SECRET_ID"),
		Report: reporter(log),
	})
}

// build wires the function from its configuration. A part without a credential is left
// out, and the handler refuses what would need it.
func build(c config, store *secrets.Store, r remote, log *slog.Logger) (*handler.Handler, error) {
	h := handler.Config{Rules: c.rules, EventQueueARN: c.eventQueueARN, PublicURL: c.publicURL, Log: log, Audit: c.audit, ReadFirst: c.readFirst, Metrics: c.metrics}

	receiver := webhook.Config{Sources: c.rules.Sources(), HTTP: new(http.Client)}
	if c.webhookSecretID != "" {
		receiver.Secrets = store
	}
	h.Receiver = webhook.New(receiver)

	if c.queueURL != "" {
		h.Queue = queue.New(queue.Config{Client: r.queues, URL: c.queueURL})
	}
	if c.zohoSecretID != "" {
		client, err := zoho.New(zoho.Config{APIURL: c.zohoAPIURL, Version: c.zohoVersion, HTTP: r.zoho, Tokens: tokens(c, store, r, log), Meter: c.metrics})
		if err != nil {
			return nil, err
		}
		h.Pipeline = pipeline.New(pipeline.Config{Rules: c.rules, CRM: client, MaxConcurrency: c.maxConcurrency, MaxHeap: c.maxHeap, DryRun: c.dryRun, ReadFirst: c.readFirst})
		h.Watches = watch.NewRenewer(client, c.rules.Sources())
		h.Messages = queue.NewWorker(queue.WorkerConfig{
			Client: r.queues, DeadLetterURL: c.deadLetterURL, URL: queueOf(c.queueURL, r.sqsEndpoint),
		})
	}
	return handler.New(h), nil
}

// queueOf returns the URL of the queue that a message came from: QUEUE_URL if it names
// that queue, otherwise one made from its ARN.
func queueOf(url string, endpoint *string) func(events.SQSMessage) string {
	return func(m events.SQSMessage) string {
		name := m.EventSourceARN[strings.LastIndexByte(m.EventSourceARN, ':')+1:]
		if url != "" && (name == "" || strings.HasSuffix(url, "/"+name)) {
			return url
		}
		return queue.URLFromARN(m.EventSourceARN, endpoint)
	}
}

// tokenSource provides access tokens for the Zoho client.
type tokenSource interface {
	Token(ctx context.Context) (zohoauth.Token, error)
	Refused(ctx context.Context, t zohoauth.Token)
}

// tokens returns a source of tokens that all instances share if there is a secret to share
// them in. Otherwise each process has its own tokens.
func tokens(c config, store *secrets.Store, r remote, log *slog.Logger) tokenSource {
	minter := zoho.NewMinter(zoho.MinterConfig{
		Credentials: store.ZohoCredentials, Environment: c.zohoEnvironment, AccountsURL: c.zohoAccountsURL, APIURL: c.zohoAPIURL,
		HTTP: r.zoho, Report: noter(log), Meter: c.metrics,
	})
	if c.tokenSecretID == "" {
		return zoho.NewTokens(minter)
	}
	return secrets.NewShared(secrets.SharedConfig{
		Client: r.secrets, SecretID: c.tokenSecretID, Mint: minter.Mint, Placed: minter.Placed, Report: reporter(log),
	})
}
