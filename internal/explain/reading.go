package explain

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"untag/functions/removetags/handler"
	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/terminal"
	"untag/internal/userfile"
	"untag/internal/webhook"
)

// These say whether a request verified.
const (
	verifiedYes        = "yes"
	verifiedNotChecked = "not checked"
	// verifiedUnsigned is for a handshake that asks for no proof.
	verifiedUnsigned = "not signed"
)

// Reading is what a recorded request holds: its events, which may be none, or a handshake.
type Reading struct {
	Source   string
	Verified string
	Events   []event.Event
	// Reply is the answer to a handshake; nil if the request is not one.
	Reply *webhook.Reply
}

// Reader verifies and parses recorded requests.
type Reader struct {
	rules    *rules.Rules
	receiver *webhook.Receiver
	checks   bool
	// publicURL is the address that senders call, "" for that of the request.
	publicURL string
}

// NewReader returns a Reader that checks what requests carry against a file of secrets, or
// checks nothing if the file is "". Senders that sign the URL call publicURL, or the address of
// the request if that is "".
func NewReader(set *rules.Rules, secretsFile, publicURL string) (*Reader, error) {
	if err := handler.CheckPublicURL(publicURL); err != nil {
		return nil, fmt.Errorf("PUBLIC_URL: %w", err)
	}
	// Nothing is acted on, so any secret will do.
	c := webhook.Config{Sources: set.Sources(), AllowDemo: true, HTTP: new(http.Client), ReadOnly: true}
	if secretsFile != "" {
		secrets, err := userfile.ReadSecrets(secretsFile)
		if err != nil {
			return nil, err
		}
		c.Secrets = secrets
	}
	return &Reader{rules: set, receiver: webhook.New(c), checks: secretsFile != "", publicURL: publicURL}, nil
}

// Read returns what a recorded request holds. If it does not verify, or its source does not
// exist, the error is a terminal.AnswerIsNo.
func (r *Reader) Read(ctx context.Context, one handler.Recorded) (Reading, error) {
	if one.Stored != nil {
		stored := r.rules.Proven(*one.Stored)
		reading := Reading{Source: stored.Source, Verified: verifiedNotChecked}
		return reading.with(one, stored)
	}
	reading := Reading{Source: one.Request.Source, Verified: verifiedNotChecked}
	if r.checks {
		reading.Verified = verifiedYes
	}
	got, err := r.receive(ctx, one.At(r.publicURL))
	if err != nil {
		return reading, r.unread(err)
	}
	if got.Reply != nil {
		reading.Reply = got.Reply
		if r.checks && !got.Reply.Proven {
			reading.Verified = verifiedUnsigned
		}
		return reading, nil
	}
	return reading.with(one, got.Deliveries...)
}

// receive does what the function does with a request, verified or not.
func (r *Reader) receive(ctx context.Context, one handler.Recorded) (webhook.Received, error) {
	switch {
	case !one.Single && r.checks:
		return r.receiver.Receive(ctx, *one.Request)
	case !one.Single:
		return r.receiver.Suppose(ctx, *one.Request)
	}
	var d event.Delivery
	var err error
	if r.checks {
		d, err = r.receiver.Verify(ctx, *one.Request)
	} else {
		d, err = r.receiver.Assume(*one.Request)
	}
	return webhook.Received{Deliveries: []event.Delivery{d}}, err
}

// with returns the reading with the events of deliveries.
func (r Reading) with(one handler.Recorded, deliveries ...event.Delivery) (Reading, error) {
	for _, d := range deliveries {
		if one.DeliveryID != "" {
			d.DeliveryID = one.DeliveryID
		}
		if d.Time.IsZero() {
			d.Time = time.Now().UTC()
		}
		ev, err := webhook.Parse(d)
		if err != nil {
			return r, err
		}
		r.Events = append(r.Events, ev)
	}
	return r, nil
}

// unread returns why a request was not read: a terminal.AnswerIsNo if it does not verify.
func (r *Reader) unread(err error) error {
	var e *webhook.Error
	if !errors.As(err, &e) || e.Kind == webhook.TooLarge || e.Kind == webhook.Malformed {
		return err
	}
	text := "not verified: " + strings.TrimPrefix(err.Error(), "webhook: ")
	if e.Kind == webhook.UnknownSource {
		text += instead(r.rules)
	}
	return terminal.AnswerIsNo(text)
}
