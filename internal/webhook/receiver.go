package webhook

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"

	"untag/internal/event"
)

// MaxBody is the largest body that is accepted, in bytes.
const MaxBody = 1 << 20

// Request is an HTTP request to a source, before anything is known of its sender.
type Request struct {
	Source string
	Method string
	Header http.Header
	// RawQuery is the query as sent, without the question mark.
	RawQuery string
	// Body is the body as the sender signed it, any base64 of an envelope undone.
	Body []byte
	// AWS says that the request was let through by IAM or an authorizer.
	AWS bool
	// ReceivedAt is when it came in; the zero value means now.
	ReceivedAt time.Time
}

// secrets gives the stored secrets of a source, an empty list where it has none.
type secrets interface {
	WebhookSecrets(ctx context.Context, source string) ([]string, error)
}

// Config is what New needs.
type Config struct {
	Sources []event.Source
	// Secrets are the stored secrets; nil where none are configured.
	Secrets secrets
}

// Receiver verifies requests. It is safe for concurrent use.
type Receiver struct {
	sources map[string]event.Source
	secrets secrets
}

// New returns a Receiver for the declared sources.
func New(c Config) *Receiver {
	r := &Receiver{sources: make(map[string]event.Source, len(c.Sources)), secrets: c.Secrets}
	for _, s := range c.Sources {
		r.sources[s.Name] = s
	}
	return r
}

// Verify proves that a request came from its source, in one of the ways the source
// lists, and gives the delivery without the credential that proved it. Its errors
// are of type *Error; nothing of a refused request is parsed.
func (r *Receiver) Verify(ctx context.Context, req Request) (event.Delivery, error) {
	source, known := r.sources[req.Source]
	if !known {
		return event.Delivery{}, &Error{Kind: UnknownSource, Source: req.Source, Reason: "no such source in the rules file"}
	}
	if len(req.Body) > MaxBody {
		return event.Delivery{}, &Error{Kind: TooLarge, Source: req.Source, Reason: "the body is over 1 MiB"}
	}
	if err := r.prove(ctx, source, req); err != nil {
		return event.Delivery{}, err
	}
	return delivery(source, req), nil
}

// Assume gives the delivery of a request without verifying it, for explaining and
// testing rules. What it gives must never be acted on.
func (r *Receiver) Assume(req Request) (event.Delivery, error) {
	source, known := r.sources[req.Source]
	if !known {
		return event.Delivery{}, &Error{Kind: UnknownSource, Source: req.Source, Reason: "no such source in the rules file"}
	}
	if len(req.Body) > MaxBody {
		return event.Delivery{}, &Error{Kind: TooLarge, Source: req.Source, Reason: "the body is over 1 MiB"}
	}
	return delivery(source, req), nil
}

// prove tries each way the source lists; aws first, as it needs no secret.
func (r *Receiver) prove(ctx context.Context, source event.Source, req Request) error {
	if req.AWS && source.Accepts("aws") {
		return nil
	}
	if !source.Secrets() {
		return unverified(source.Name, "accepts only what comes through IAM or an authorizer")
	}
	if r.secrets == nil {
		return &Error{Kind: NoCredential, Source: source.Name, Reason: "WEBHOOK_SECRET_ID is not set: this function cannot verify requests"}
	}
	stored, err := r.secrets.WebhookSecrets(ctx, source.Name)
	if err != nil {
		return &Error{Kind: Unavailable, Source: source.Name, Reason: "read the stored secrets", Err: err}
	}
	reason := "no secret is stored for this source"
	for _, scheme := range source.Verify {
		if scheme.Kind == "aws" || len(stored) == 0 {
			continue
		}
		if reason = check(scheme, req, stored); reason == "" {
			return nil
		}
	}
	return unverified(source.Name, reason)
}

func unverified(source, reason string) *Error {
	return &Error{Kind: Unverified, Source: source, Reason: reason}
}

func delivery(source event.Source, req Request) event.Delivery {
	received := req.ReceivedAt
	if received.IsZero() {
		received = time.Now()
	}
	return event.Delivery{
		ID:          rand.Text(),
		DeliveryID:  deliveryID(req.Header),
		Source:      source.Name,
		Time:        received.UTC(),
		Headers:     kept(source, req.Header),
		RawQuery:    withoutToken(source, req.RawQuery),
		ContentType: req.Header.Get("Content-Type"),
		Body:        req.Body,
	}
}
