// Command oracles signs and verifies webhooks with vendors' own packages for Go: a request in
// JSON a line on standard input, an answer a line on standard output. It is a module of its own,
// so that the packages are not among untag's.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/PaddleHQ/paddle-go-sdk/v4"
	"github.com/google/go-github/v74/github"
	"github.com/mailgun/mailgun-go/v4"
	"github.com/sendgrid/sendgrid-go/helpers/eventwebhook"
	"github.com/slack-go/slack"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stripe/stripe-go/v82/webhook"
	"github.com/twilio/twilio-go/client"
)

// request is what is asked.
type request struct {
	Do, Sender, Package, Secret, ID, Method, URL string
	At                                           int64
	Headers                                      map[string]string
	Body                                         []byte
}

func (r request) header() http.Header {
	header := make(http.Header)
	for name, value := range r.Headers {
		header.Set(name, value)
	}
	return header
}

// seconds returns the time of signing.
func (r request) seconds() time.Time { return time.UnixMilli(r.At).Truncate(time.Second) }

// answer is what a sender adds to a request, or whether a package accepts one.
type answer struct {
	Oracles []*oracle         `json:"oracles,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	OK      bool              `json:"ok"`
	Why     string            `json:"why,omitempty"`
}

// oracle is a package that knows how a sender signs.
type oracle struct {
	Sender  string `json:"sender"`
	Package string `json:"package"`
	Version string `json:"version"`
	// Body is which bodies the package takes: bytes, or json that it parses.
	Body     string `json:"body"`
	NotEmpty bool   `json:"notEmpty,omitempty"`
	Sign     bool   `json:"sign"`
	Verify   bool   `json:"verify"`

	module string
	sign   func(request) (map[string]string, error)
	verify func(request) error
}

func oracles() []*oracle {
	list := []*oracle{
		{Sender: "stripe", module: "github.com/stripe/stripe-go/v82", Body: "bytes", sign: signStripe, verify: func(r request) error {
			return webhook.ValidatePayload(r.Body, r.Headers["stripe-signature"], r.Secret)
		}},
		{Sender: "github", module: "github.com/google/go-github/v74", Body: "bytes", verify: func(r request) error {
			return github.ValidateSignature(r.Headers["x-hub-signature-256"], r.Body, []byte(r.Secret))
		}},
		{Sender: "slack", module: "github.com/slack-go/slack", Body: "bytes", verify: verifySlack},
		{Sender: "standard", module: "github.com/standard-webhooks/standard-webhooks/libraries", Body: "bytes", sign: signStandard, verify: verifyStandard},
		{Sender: "twilio", module: "github.com/twilio/twilio-go", Body: "bytes", verify: func(r request) error {
			validator := client.NewRequestValidator(r.Secret)
			return right(validator.ValidateBody(r.URL, r.Body, r.Headers["x-twilio-signature"]), nil)
		}},
		{Sender: "sendgrid", module: "github.com/sendgrid/sendgrid-go", Body: "bytes", verify: verifySendGrid},
		{Sender: "mailgun", module: "github.com/mailgun/mailgun-go/v4", Body: "json", verify: verifyMailgun},
		{Sender: "paddle", module: "github.com/PaddleHQ/paddle-go-sdk/v4", Body: "bytes", verify: verifyPaddle},
	}
	versions := make(map[string]string)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			versions[module.Path] = module.Version
		}
	}
	for _, o := range list {
		o.Version, o.Sign, o.Verify = versions[o.module], o.sign != nil, o.verify != nil
		o.Package = strings.Split(o.module, "/")[2] + " (Go)"
	}
	return list
}

// right returns an error unless a package accepts a request.
func right(ok bool, err error) error {
	if err == nil && !ok {
		err = fmt.Errorf("not accepted")
	}
	return err
}

func signStripe(r request) (map[string]string, error) {
	signed := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: r.Body, Secret: r.Secret, Timestamp: r.seconds()})
	return map[string]string{"Stripe-Signature": signed.Header}, nil
}

func verifySlack(r request) error {
	verifier, err := slack.NewSecretsVerifier(r.header(), r.Secret)
	if err != nil {
		return err
	}
	if _, err := verifier.Write(r.Body); err != nil {
		return err
	}
	return verifier.Ensure()
}

func signStandard(r request) (map[string]string, error) {
	w, err := standardwebhooks.NewWebhook(r.Secret)
	if err != nil {
		return nil, err
	}
	signature, err := w.Sign(r.ID, r.seconds(), r.Body)
	return map[string]string{
		standardwebhooks.HeaderWebhookID:        r.ID,
		standardwebhooks.HeaderWebhookTimestamp: fmt.Sprint(r.seconds().Unix()),
		standardwebhooks.HeaderWebhookSignature: signature,
	}, err
}

func verifyStandard(r request) error {
	w, err := standardwebhooks.NewWebhook(r.Secret)
	if err != nil {
		return err
	}
	return w.Verify(r.Body, r.header())
}

func verifySendGrid(r request) error {
	key, err := eventwebhook.ConvertPublicKeyBase64ToECDSA(r.Secret)
	if err != nil {
		return err
	}
	return right(eventwebhook.VerifySignature(key, r.Body, r.Headers["x-twilio-email-event-webhook-signature"], r.Headers["x-twilio-email-event-webhook-timestamp"]))
}

func verifyMailgun(r request) error {
	var payload mailgun.WebhookPayload
	if err := json.Unmarshal(r.Body, &payload); err != nil {
		return err
	}
	mg := mailgun.NewMailgun("example.com", "x")
	mg.SetWebhookSigningKey(r.Secret)
	return right(mg.VerifyWebhookSignature(payload.Signature))
}

func verifyPaddle(r request) error {
	req, err := http.NewRequest(r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return err
	}
	req.Header = r.header()
	return right(paddle.NewWebhookVerifier(r.Secret, paddle.VerifierWithTimestampTolerance(5*time.Second)).Verify(req))
}

func reply(known []*oracle, line []byte) (answer, error) {
	var r request
	if err := json.Unmarshal(line, &r); err != nil {
		return answer{}, err
	}
	if r.Do == "list" {
		return answer{Oracles: known}, nil
	}
	for _, o := range known {
		switch {
		case o.Sender != r.Sender || o.Package != r.Package:
		case r.Do == "sign":
			headers, err := o.sign(r)
			return answer{Headers: headers}, err
		default:
			if err := o.verify(r); err != nil {
				return answer{Why: err.Error()}, nil
			}
			return answer{OK: true}, nil
		}
	}
	return answer{}, fmt.Errorf("no package %s for %s", r.Package, r.Sender)
}

func main() {
	known := oracles()
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 10<<20)
	encoder := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		a, err := reply(known, lines.Bytes())
		if err == nil {
			err = encoder.Encode(a)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "oracles:", err)
			os.Exit(1)
		}
	}
}
