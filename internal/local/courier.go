package local

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"untag/functions/removetags/handler"
	"untag/internal/console"
	"untag/internal/event"
	"untag/internal/terminal"
	"untag/internal/userfile"
	"untag/internal/webhook"
)

// courier delivers and copies requests for the console. What it delivers is shown as what others
// send.
type courier struct {
	// prover has the rules in force.
	prover  func() prover
	deliver deliverer
	// mayShow returns the secret of a source if it may be shown, "" otherwise.
	mayShow func(source string) string
	// secretsFile is the file that secrets are read from.
	secretsFile string
}

// newCourier returns what delivers for the console.
func (r *running) newCourier(lines *ticker) courier {
	d := newDeliverer(r, r.url, r.own)
	d.keep, d.served = r.keeper.keep, lines.print
	return courier{
		prover:  func() prover { return prover{r.strip(), !r.flags.Zoho} },
		deliver: d, mayShow: func(source string) string { return r.force.Load().shown[source] }, secretsFile: terminal.Clean(r.flags.Secrets),
	}
}

// Signing says whether untag can sign for a source.
func (c courier) Signing(source string) console.Signing {
	p := c.prover()
	from, found := p.rules.Source(source)
	if !found {
		return console.Signing{Why: "There is no such source in the rules."}
	}
	why := whyUnsigned(p, from, c.secretsFile)
	return console.Signing{Can: why == "", Why: why, Unsigned: p.simulated}
}

// whyUnsigned returns why untag cannot sign for a source, "" if it can.
func whyUnsigned(p prover, from event.Source, secretsFile string) string {
	stored := p.secrets[from.Name].Secrets
	switch {
	case !slices.ContainsFunc(from.Verify, func(way event.Scheme) bool { return way.Kind != "aws" }):
		return "untag cannot sign for this source: AWS proves its requests, and a sender does not sign them."
	case madeUpSecret(from) == "" && len(stored) == 0:
		return "untag cannot sign as this sender: its requests are proven by something that only the sender has."
	case len(stored) == 0:
		return fmt.Sprintf("There is no secret for %s in %s: add it, %s.", from.Name, secretsFile, userfile.ToStore(from))
	}
	var failed error
	for _, body := range []string{"{}", "<event/>"} {
		_, err := webhook.Sign(from, stored[0], webhook.Outgoing{
			URL: "http://127.0.0.1/webhooks/" + url.PathEscape(from.Name), Body: []byte(body), ID: "1", At: time.Now(),
		})
		if err == nil {
			return ""
		}
		failed = cmp.Or(failed, err)
	}
	return "untag cannot sign as this sender with what is stored for it: " + strings.TrimPrefix(failed.Error(), "sign as "+from.Name+": ") + "."
}

// Send signs a request with the secret of its source, and delivers it.
func (c courier) Send(ctx context.Context, out console.Outgoing) (console.Sent, error) {
	p := c.prover()
	from, found := p.rules.Source(out.Source)
	if !found {
		return console.Sent{}, fmt.Errorf("there is no source %q in the rules", out.Source)
	}
	address := c.deliver.url + "/webhooks/" + url.PathEscape(out.Source)
	if out.Query != "" {
		address += "?" + out.Query
	}
	request, err := http.NewRequestWithContext(ctx, out.Method, address, bytes.NewReader(out.Body))
	if err != nil {
		return console.Sent{}, errors.New("the method or the query is not one that a request can have")
	}
	request.Header = out.Header.Clone()
	if out.Unsigned {
		return c.unproven(ctx, p, request, out.Body)
	}
	if why := whyUnsigned(p, from, c.secretsFile); why != "" {
		return console.Sent{}, errors.New(why)
	}
	if request, err = p.signed(ctx, from, p.secrets[from.Name].Secrets[0], request); err != nil {
		return console.Sent{}, fmt.Errorf("the request cannot be signed: %w", err)
	}
	return c.send(request)
}

// unproven acts on the events of a request without a proof.
func (c courier) unproven(ctx context.Context, p prover, request *http.Request, body []byte) (console.Sent, error) {
	if !p.simulated {
		return console.Sent{}, errors.New("only a simulated account acts on a request without a signature")
	}
	request.Host = request.URL.Host
	payload, err := json.Marshal(payloadOf(request, body, time.Now()))
	if err != nil {
		return console.Sent{}, err
	}
	asked := p.request(payload)
	if asked == nil {
		return console.Sent{}, errors.New("this is not a request that an untag function takes")
	}
	got, err := p.receiver.Suppose(ctx, *asked)
	switch {
	case err != nil:
		return console.Sent{}, errors.New(plainReason(err))
	case got.Reply != nil:
		return console.Sent{}, errors.New("this is a handshake, with which the sender confirms the address: it has no event")
	case len(got.Deliveries) == 0:
		return console.Sent{}, errors.New("the request has no events")
	}
	batch, err := batchOf(got.Deliveries)
	if err != nil {
		return console.Sent{}, err
	}
	return c.invoke(ctx, batch)
}

// plainReason returns why a request is refused, as it is said to a user.
func plainReason(err error) string {
	if refused, ok := errors.AsType[*webhook.Error](err); ok {
		return refused.Reason
	}
	return err.Error()
}

// errUnproven is about a request that anybody may have sent.
var errUnproven = errors.New("this request was refused, so anybody may have sent it: untag does not sign it for a real account. Let the sender send it again")

// Replay delivers an entry once more. With a real account, it signs only what was verified.
func (c courier) Replay(ctx context.Context, e *console.Entry) (console.Sent, error) {
	p := c.prover()
	bare, isRequest, err := c.bare(ctx, p, e)
	if err != nil {
		return console.Sent{}, err
	}
	if !isRequest {
		return c.invoke(ctx, fromEventQueue(e.Payload))
	}
	if !p.simulated {
		if _, _, ok := p.accepted(ctx, e.Payload); !ok {
			return console.Sent{}, errUnproven
		}
	}
	payload, err := json.Marshal(bare)
	if err != nil {
		return console.Sent{}, err
	}
	request, err := requestOf(ctx, c.deliver.url, bare)
	if err != nil {
		return console.Sent{}, err
	}
	proven, err := p.prove(ctx, payload, request)
	switch {
	case err != nil:
		return console.Sent{}, err
	case proven.batch != nil:
		return c.invoke(ctx, proven.batch)
	}
	return c.send(proven.request)
}

// send delivers a request over HTTP.
func (c courier) send(request *http.Request) (console.Sent, error) {
	t := &trace{shown: true}
	c.deliver.own.begin(request, t)
	response, err := c.deliver.client.Do(request)
	if err != nil {
		return console.Sent{}, fmt.Errorf("not delivered: %w", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, MaxRequest))
	if err != nil {
		return console.Sent{}, fmt.Errorf("the answer ended too early: %w", err)
	}
	return console.Sent{Status: response.StatusCode, Answer: answer, Entry: t.keptEntry()}, nil
}

// invoke invokes the function as AWS does. What went wrong is in the entry.
func (c courier) invoke(ctx context.Context, payload []byte) (console.Sent, error) {
	t := &trace{shown: true}
	out := new(delivered)
	err := c.deliver.invoke(ctx, payload, t, out)
	if t.keptEntry() == 0 && err != nil {
		return console.Sent{}, err
	}
	return console.Sent{Entry: t.keptEntry(), Unsigned: true}, nil
}

// bare returns an entry as a request of an HTTP API without its credentials; false if it is not a
// request but an invocation without any. A request that was not accepted loses what has the form
// of a credential.
func (c courier) bare(ctx context.Context, p prover, e *console.Entry) (request events.APIGatewayV2HTTPRequest, isRequest bool, err error) {
	if len(e.Payload) == 0 {
		return request, false, errors.New("the function never got this request, so there is nothing to send or to copy")
	}
	recorded, err := handler.Read(p.rules, e.Payload)
	if err != nil {
		return request, false, errors.New("untag cannot read this invocation: " + err.Error())
	}
	if len(recorded) != 1 || recorded[0].Request == nil || recorded[0].Single {
		return request, false, nil
	}
	if err := json.Unmarshal(e.Payload, &request); err != nil || request.Version != "2.0" {
		if request, err = httpAPIOf(*recorded[0].Request); err != nil {
			return request, true, err
		}
	}
	stripped, ok, err := p.strip(ctx, request)
	if err != nil {
		return request, true, fmt.Errorf("this request cannot be copied or sent again: %w", err)
	}
	if ok {
		return stripped, true, nil
	}
	d, err := p.receiver.Assume(*recorded[0].Request)
	if err != nil {
		return request, true, errors.New("this request cannot be copied or sent again: " + plainReason(err))
	}
	if request, err = p.without(request, d, nil); err != nil {
		return request, true, fmt.Errorf("this request cannot be copied or sent again: %w", err)
	}
	return request, true, nil
}

// httpAPIOf returns a request of another kind, such as one of a REST API, as an HTTP API passes it
// on.
func httpAPIOf(r webhook.Request) (events.APIGatewayV2HTTPRequest, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = r.Body(); err != nil {
			return events.APIGatewayV2HTTPRequest{}, err
		}
	}
	u := url.URL{Path: "/webhooks/" + r.Source, RawQuery: r.RawQuery}
	as := &http.Request{Method: r.Method, URL: &u, Header: http.Header{}, Proto: "HTTP/1.1"}
	if as.Method == "" {
		as.Method = http.MethodPost
	}
	for name, values := range r.Header {
		for _, value := range values {
			as.Header.Add(name, value)
		}
	}
	as.Host = as.Header.Get("Host")
	out := payloadOf(as, body, r.ReceivedAt)
	if !utf8.Valid(body) {
		out.Body, out.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return out, nil
}
