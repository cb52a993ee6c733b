package local

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/event"
	"untag/internal/queue"
	"untag/internal/webhook"
)

// prover adds what proves it to a recorded request that has no credential, such as one that
// --record wrote. The zero value adds nothing.
type prover struct {
	stripper
	// simulated says that nothing can be lost: a request whose sender untag cannot sign as is
	// acted on without a proof.
	simulated bool
}

// proven is a request with what proves it, or a batch of its events as the queue has them once
// they are verified.
type proven struct {
	request *http.Request
	batch   []byte
}

// prove returns a recorded request as its sender would send it now. A request that is verified
// as it is, or that has a credential, right or wrong, is returned unchanged; so is a handshake.
func (p prover) prove(ctx context.Context, payload []byte, as *http.Request) (proven, error) {
	unchanged := proven{request: as}
	if p.receiver == nil || !p.bare(ctx, payload) {
		return unchanged, nil
	}
	from, _ := p.rules.Source(p.request(payload).Source)
	got, err := p.receiver.Suppose(ctx, *p.request(payload))
	if err != nil || got.Reply != nil {
		return unchanged, nil
	}
	if stored := p.secrets[from.Name].Secrets; len(stored) > 0 {
		if request, err := p.signed(ctx, from, stored[0], as); err == nil {
			return proven{request: request}, nil
		}
	} else if madeUpSecret(from) != "" {
		return unchanged, nil // it lacks in the file that the user named
	}
	if !p.simulated {
		return unchanged, nil
	}
	batch, err := batchOf(got.Deliveries)
	return proven{batch: batch}, err
}

// bare reports whether a payload is a request to a source that does not verify, and that has no
// credential.
func (p prover) bare(ctx context.Context, payload []byte) bool {
	request := p.request(payload)
	if request == nil {
		return false
	}
	_, err := p.receiver.Verify(ctx, *request)
	if refused, ok := errors.AsType[*webhook.Error](err); !ok || refused.Kind != webhook.Unverified {
		return false
	}
	return !p.receiver.Carries(*p.request(payload))
}

// signed returns a request with a signature of the source's sender.
func (p prover) signed(ctx context.Context, from event.Source, secret string, as *http.Request) (*http.Request, error) {
	var body bytes.Buffer
	if as.Body != nil {
		if _, err := body.ReadFrom(as.Body); err != nil {
			return nil, err
		}
		as.Body, _ = as.GetBody()
	}
	address := as.URL.String()
	if p.publicURL != "" {
		public := strings.TrimSuffix(p.publicURL, "/")
		address = public + strings.TrimPrefix(address, as.URL.Scheme+"://"+as.URL.Host)
	}
	out, err := webhook.Sign(from, secret, webhook.Outgoing{
		Method: as.Method, URL: address, Header: as.Header, Body: body.Bytes(), ID: rand.Text(), At: time.Now(),
	})
	if err != nil {
		return nil, err
	}
	to, err := url.Parse(out.URL)
	if err != nil {
		return nil, err
	}
	at := *as.URL
	at.RawQuery = to.RawQuery
	request, err := http.NewRequestWithContext(ctx, out.Method, at.String(), bytes.NewReader(out.Body))
	if err != nil {
		return nil, err
	}
	request.Header = out.Header
	return request, nil
}

// batchOf returns deliveries as the worker receives them from the queue.
func batchOf(deliveries []event.Delivery) ([]byte, error) {
	var batch events.SQSEvent
	for _, d := range deliveries {
		text, err := queue.Encode(d)
		if err != nil {
			return nil, err
		}
		batch.Records = append(batch.Records, events.SQSMessage{
			MessageId: d.ID, Body: text, EventSource: "aws:sqs", EventSourceARN: eventQueueARN,
			Attributes: map[string]string{"ApproximateReceiveCount": "1"},
		})
	}
	return json.Marshal(batch)
}
