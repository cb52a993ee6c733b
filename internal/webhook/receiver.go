package webhook

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"untag/internal/event"
	"untag/internal/sharedsecret"
)

// MaxBody is the largest body that is accepted, in bytes.
const MaxBody = 1 << 20

// Request is an HTTP request to a source, before anything is known about its sender.
type Request struct {
	Source string
	// Header may have its names in any case.
	Header http.Header
	// Method is the HTTP method, "" if it is not known.
	Method string
	// URL is the whole URL as the sender knows it, with the query; "" if it is not known. Some
	// senders sign it.
	URL string
	// RawQuery is the query as sent, without the question mark.
	RawQuery string
	// Size is the length of the body, or a lower bound of it, if that is known before the
	// body is read. A body over MaxBody is refused without reading it.
	Size int
	// Body returns the body as the sender signed it, after decoding the envelope. It is
	// called at most once, and only after the source, the size and any token that proves
	// the request by itself have been checked. A delivery shares the memory of what it
	// returns, which must not change as long as the delivery is used. If the request is
	// refused, the memory may be used again. A nil Body is an empty body.
	Body func() ([]byte, error)
	// Excludes reports, without reading the body, whether the body cannot be a JSON object
	// with this member, whose name is ASCII. It may be nil.
	Excludes func(member string) bool
	// AWS means that the request is already authorised by AWS IAM or an authorizer.
	AWS bool
	// ReceivedAt is when the request was received; the zero value means now.
	ReceivedAt time.Time
}

// secrets returns the stored secrets of a source, an empty list if it has none.
type secrets interface {
	WebhookSecrets(ctx context.Context, source string) ([]string, error)
}

// Config is what New needs.
type Config struct {
	Sources []event.Source
	// Secrets are the stored secrets. If none are configured, it is nil: then only requests
	// that are already authorised by AWS IAM or an authorizer can be verified.
	Secrets secrets
	// AllowDemo accepts stored secrets that anyone could know or guess, such as those of
	// the demonstration. It is for a simulated Zoho, where there is nothing to protect.
	AllowDemo bool
	// HTTP requests the public keys and the certificates of senders that publish them. If it is
	// nil, nothing that these senders send can be verified.
	HTTP *http.Client
	// ReadOnly confirms nothing to senders, for explaining and testing rules.
	ReadOnly bool
	// Roots are the authorities whose certificates count; nil for those of the system.
	Roots *x509.CertPool
}

// Bytes returns the Body of a Request for a body that has already been read.
func Bytes(body []byte) func() ([]byte, error) {
	return func() ([]byte, error) { return body, nil }
}

// Receiver verifies requests. It is safe for concurrent use.
type Receiver struct {
	sources      map[string]source
	secrets      secrets
	demo         bool
	client       *http.Client // nil: nothing is fetched
	keys         *keyring
	certificates *certificates
	readOnly     bool
	roots        *x509.CertPool
}

// source is a declared source, with the credentials that must not leave the verification.
type source struct {
	*event.Source
	// schemes are the ways to verify but aws, in the order in which they are tried.
	schemes     []scheme
	credentials credentials
	examined    *atomic.Pointer[examined]
}

// examined is what was found last about stored secrets, as they seldom change.
type examined struct{ stored, usable []string }

// New returns a Receiver for the declared sources.
func New(c Config) *Receiver {
	client := restricted(c.HTTP)
	r := &Receiver{
		secrets: c.Secrets, demo: c.AllowDemo,
		client: client, keys: newKeyring(client), certificates: newCertificates(client), roots: c.Roots, readOnly: c.ReadOnly,
	}
	return r.With(c.Sources)
}

// With returns a Receiver for other sources that shares everything else with this one, such as
// the keys and certificates of senders.
func (r *Receiver) With(sources []event.Source) *Receiver {
	other := *r
	other.sources = make(map[string]source, len(sources))
	for _, s := range sources {
		other.sources[s.Name] = source{Source: &s, schemes: inOrder(s.Verify), credentials: credentialsOf(s), examined: new(atomic.Pointer[examined])}
	}
	return &other
}

// Verify proves that a request came from its source, in one of the ways that the source
// lists, and returns the delivery without the credential that proved it. Its errors are of
// type *Error. It parses nothing of a refused request.
//
// It does not read the body of a request with a wrong token.
func (r *Receiver) Verify(ctx context.Context, req Request) (event.Delivery, error) {
	from, err := r.source(&req)
	if err != nil {
		return event.Delivery{}, err
	}
	proof, err := r.prove(ctx, from, req)
	if err != nil {
		return event.Delivery{}, err
	}
	return delivery(from, req, proof)
}

// Assume returns the delivery of a request without verifying it, for explaining and
// testing rules. It must never be acted on. Its proof is the kind of the scheme whose
// credential the request carries, right or wrong, else the likely proof of the source.
func (r *Receiver) Assume(req Request) (event.Delivery, error) {
	from, err := r.source(&req)
	if err != nil {
		return event.Delivery{}, err
	}
	return delivery(from, req, assumed(from, req))
}

// Known returns nil for a source of the rules file, and an *Error of kind UnknownSource for
// any other name.
func (r *Receiver) Known(name string) error {
	if _, known := r.sources[name]; !known {
		return &Error{Kind: UnknownSource, Source: name, Reason: "no such source in the rules file"}
	}
	return nil
}

// source returns the source of a request, with an error if that is too large, and ensures that
// its body is read at most once.
func (r *Receiver) source(req *Request) (source, error) {
	if err := r.Known(req.Source); err != nil {
		return source{}, err
	}
	if req.Size > MaxBody {
		return r.sources[req.Source], &Error{Kind: TooLarge, Source: req.Source, Reason: tooLarge}
	}
	if req.Body == nil {
		req.Body = Bytes(nil)
	}
	req.Body = sync.OnceValues(req.Body)
	req.Header = canonical(req.Header)
	return r.sources[req.Source], nil
}

// readBody reads the body of a request. Its errors are of type *Error.
func readBody(req Request) ([]byte, error) {
	read, err := req.Body()
	switch {
	case err != nil:
		return nil, &Error{Kind: Malformed, Source: req.Source, Reason: err.Error()}
	case len(read) > MaxBody:
		return nil, &Error{Kind: TooLarge, Source: req.Source, Reason: tooLarge}
	}
	return read, nil
}

// prove tries each scheme that the source lists until one succeeds, and returns its kind:
// aws, which needs no secret, is the first.
func (r *Receiver) prove(ctx context.Context, from source, req Request) (proof string, err error) {
	switch {
	case req.AWS && from.Accepts("aws"):
		return "aws", nil
	case len(from.Verify) == 0:
		return "", unverified(from.Name, "the source lists no way to verify")
	case len(from.schemes) == 0:
		return "", unverified(from.Name, "the source accepts only requests already authorised by AWS IAM or an authorizer")
	}
	stored, err := r.stored(ctx, from)
	if err != nil {
		return "", err
	}
	var reasons []string
	for _, scheme := range from.schemes {
		reason, err := r.check(ctx, from, scheme, req, stored)
		if err != nil {
			return "", err
		}
		if reason == "" {
			return scheme.Kind, nil
		}
		reasons = append(reasons, reason)
	}
	return "", unverified(from.Name, strings.Join(reasons, "; "))
}

// stored returns the stored secrets of a source that may prove something, none if its ways to
// verify need none.
func (r *Receiver) stored(ctx context.Context, from source) ([]string, error) {
	switch {
	case !from.Secrets():
		return nil, nil
	case r.secrets == nil:
		return nil, &Error{Kind: NoCredential, Source: from.Name, Reason: "WEBHOOK_SECRET_ID is not set: this function cannot verify requests"}
	}
	stored, err := r.secrets.WebhookSecrets(ctx, from.Name)
	if err != nil {
		return nil, &Error{Kind: Unavailable, Source: from.Name, Reason: "read the stored secrets", Err: err}
	}
	return r.usable(from.Name, stored)
}

// usable returns the stored secrets that may prove something. Anyone could send an empty one
// or know an example.
func (r *Receiver) usable(source string, stored []string) ([]string, error) {
	cache := r.sources[source].examined
	if last := cache.Load(); last != nil && slices.Equal(last.stored, stored) {
		return last.usable, nil
	}
	var usable []string
	blank := true
	for _, secret := range stored {
		if isBlank(secret) {
			continue
		}
		blank = false
		if r.demo || sharedsecret.Refused(source, secret) == "" {
			usable = append(usable, secret)
		}
	}
	switch {
	case blank:
		return nil, unverified(source, "no secret is stored for source "+strconv.Quote(source))
	case len(usable) == 0:
		stored = slices.DeleteFunc(slices.Clone(stored), isBlank)
		_, findings := sharedsecret.Examine(source, stored)
		return nil, unverified(source, findings[0].Subject()+" "+findings[0].Reason)
	}
	cache.Store(&examined{slices.Clone(stored), usable})
	return usable, nil
}

func isBlank(secret string) bool { return strings.TrimSpace(secret) == "" }

func unverified(source, reason string) *Error {
	return &Error{Kind: Unverified, Source: source, Reason: reason}
}

func delivery(from source, req Request, proof string) (event.Delivery, error) {
	read, err := readBody(req)
	if err != nil {
		return event.Delivery{}, err
	}
	received := req.ReceivedAt
	if received.IsZero() {
		received = time.Now()
	}
	headers := from.credentials.withoutHeaders(req.Header)
	return from.opened(event.Delivery{
		ID:          rand.Text(),
		DeliveryID:  deliveryID(from, proof, req.Header),
		Source:      from.Name,
		Proof:       proof,
		Time:        received.UTC(),
		Headers:     headers,
		RawQuery:    from.credentials.withoutToken(req.RawQuery),
		ContentType: req.Header.Get("Content-Type"),
		Body:        from.credentials.withoutBody(read, headers),
	}), nil
}
