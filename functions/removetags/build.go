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
	"untag/internal/rules"
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

// build wires the function from its configuration, with the rules that are deployed with it.
func build(c config, store *secrets.Store, r remote, log *slog.Logger) (*handler.Handler, error) {
	p, err := newParts(c, store, r, log)
	if err != nil {
		return nil, err
	}
	return p.handler(c.rules), nil
}

// parts is what all versions of the rules share.
type parts struct {
	config   handler.Config
	receiver *webhook.Receiver
	// client and pipeline are nil without a Zoho credential.
	client   *zoho.Client
	pipeline *pipeline.Pipeline
}

// handler returns what answers invocations by one version of the rules; nil for none.
func (p parts) handler(set *rules.Rules) *handler.Handler {
	h := p.config
	if set != nil {
		h.Rules, h.Receiver = set, p.receiver.With(set.Sources())
		if p.pipeline != nil {
			h.Pipeline, h.Watches = p.pipeline.With(set), watch.NewRenewer(p.client, set.Sources())
		}
	}
	return handler.New(h)
}

// newParts wires everything but the rules. A part without a credential is left out, and the
// handler refuses what would need it.
func newParts(c config, store *secrets.Store, r remote, log *slog.Logger) (parts, error) {
	h := handler.Config{CheckRules: checker(c.zohoVersion), EventQueueARN: c.eventQueueARN, PublicURL: c.publicURL, Log: log, Audit: c.audit, ReadFirst: c.readFirst, Metrics: c.metrics}

	receiver := webhook.Config{HTTP: new(http.Client)}
	if c.webhookSecretID != "" {
		receiver.Secrets = store
	}
	p := parts{receiver: webhook.New(receiver)}

	if c.queueURL != "" {
		h.Queue = queue.New(queue.Config{Client: r.queues, URL: c.queueURL})
	}
	if c.zohoSecretID != "" {
		client, err := zoho.New(zoho.Config{APIURL: c.zohoAPIURL, Version: c.zohoVersion, HTTP: r.zoho, Tokens: tokens(c, store, r, log), Meter: c.metrics})
		if err != nil {
			return parts{}, err
		}
		p.client = client
		p.pipeline = pipeline.New(pipeline.Config{CRM: client, MaxConcurrency: c.maxConcurrency, MaxHeap: c.maxHeap, DryRun: c.dryRun, ReadFirst: c.readFirst})
		h.Messages = queue.NewWorker(queue.WorkerConfig{
			Client: r.queues, DeadLetterURL: c.deadLetterURL, URL: queueOf(c.queueURL, r.sqsEndpoint),
		})
	}
	p.config = h
	return p, nil
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
