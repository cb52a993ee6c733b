package bench_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"untag/functions/removetags/handler"
	"untag/internal/webhook"
)

const (
	// refusalLimit is the most that a refusal may cost, as a multiple of the work it requires:
	// one pass of the JSON decoder over the envelope and, if a signature is checked, one HMAC
	// over the body.
	refusalLimit  = 2.0
	refusalRounds = 25
	// refusals is how many are measured together, because one is too short for the clock.
	refusals = 4
)

const refusalRules = `
version: 1
sources:
  zoho: {verify: [token, aws]}
  starter: {verify: [token, zoho-notification, aws]}
  signed: {verify: hmac, header: X-Signature}
  bus: {verify: aws}
rules:
  - {name: r, on: [zoho, starter, signed, bus], when: event.a == 1, record: {module: Deals, id: event.id}, remove: [x]}
`

// refusal is a request that must be refused.
type refusal struct {
	method, path string
	status       int
	signed       bool
}

// gateways wrap a request in an envelope, each in its own form.
var gateways = map[string]func(r refusal, headers map[string]string, body any, encoded bool) map[string]any{
	"HTTP API": func(r refusal, headers map[string]string, body any, encoded bool) map[string]any {
		return map[string]any{
			"version": "2.0", "routeKey": "$default", "rawPath": r.path, "rawQueryString": "", "headers": headers, "body": body, "isBase64Encoded": encoded,
			"requestContext": map[string]any{"stage": "$default", "timeEpoch": 1772446530000, "http": map[string]any{"method": r.method, "path": r.path, "sourceIp": "203.0.113.1"}},
		}
	},
	"REST API": func(r refusal, headers map[string]string, body any, encoded bool) map[string]any {
		multi := make(map[string][]string)
		for name, value := range headers {
			multi[name] = []string{value}
		}
		return map[string]any{
			"resource": "/{proxy+}", "httpMethod": r.method, "path": r.path, "headers": headers, "multiValueHeaders": multi, "body": body, "isBase64Encoded": encoded,
			"requestContext": map[string]any{"stage": "prod", "requestTimeEpoch": 1772446530000, "authorizer": map[string]any{"claims": nil, "scopes": nil}, "identity": map[string]any{"userArn": nil}},
		}
	},
	"load balancer": func(r refusal, headers map[string]string, body any, encoded bool) map[string]any {
		return map[string]any{
			"httpMethod": r.method, "path": r.path, "headers": headers, "body": body, "isBase64Encoded": encoded,
			"requestContext": map[string]any{"elb": map[string]any{"targetGroupArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/x/1"}},
		}
	},
}

// refusedBody is a body of a kind that gateways encode differently from the others.
type refusedBody struct {
	body    []byte
	encoded bool
}

// refusedBodies are at most webhook.MaxBody long.
var refusedBodies = map[string]refusedBody{
	"text":    {bytes.Repeat([]byte("name=Ada&"), webhook.MaxBody/9), false},
	"JSON":    {bytes.Repeat([]byte(`{"module":"Deals","id":"5725767000000524157"},`), webhook.MaxBody/47), false},
	"lines":   {bytes.Repeat([]byte("a line of text, as people write them\r\n"), webhook.MaxBody/38), false},
	"base64":  {bytes.Repeat([]byte{0, 0xff, '?', '>'}, webhook.MaxBody/4), true},
	"quotes":  {bytes.Repeat([]byte{'"'}, webhook.MaxBody), false},
	"escapes": {bytes.Repeat([]byte{1}, 950_000), false},
	"letters": {bytes.Repeat([]byte("é€𝄞"), webhook.MaxBody/9), false},
}

// overBodies are longer than webhook.MaxBody, in envelopes of 5.9 MB; Lambda accepts 6 MB.
var overBodies = map[string]refusedBody{
	"text":   {bytes.Repeat([]byte("x"), 5_900_000), false},
	"JSON":   {bytes.Repeat([]byte(`{"module":"Deals","id":"5725767000000524157"},`), 5_900_000/59), false},
	"base64": {bytes.Repeat([]byte{0, 1, 2}, 1_470_000), true},
	"quotes": {bytes.Repeat([]byte{'"'}, 2_940_000), false},
}

// refusedPayload returns the envelope of a request with a wrong token and a wrong signature.
func refusedPayload(b *testing.B, gateway string, r refusal, of refusedBody) []byte {
	headers := map[string]string{
		"Content-Type": "application/json", "X-Webhook-Token": "wrong", "X-Signature": hex.EncodeToString(make([]byte, sha256.Size)),
		"Host": "hooks.example.com", "User-Agent": "https://www.zoho.com", "X-Amzn-Trace-Id": "Root=1-63441c4a-abcdef012345678912345678",
		"X-Forwarded-For": "203.0.113.1", "X-Forwarded-Port": "443", "X-Forwarded-Proto": "https",
	}
	text := string(of.body)
	if of.encoded {
		text = base64.StdEncoding.EncodeToString(of.body)
	}
	var payload bytes.Buffer
	encoder := json.NewEncoder(&payload)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(gateways[gateway](r, headers, text, of.encoded)); err != nil {
		b.Fatal(err)
	}
	return payload.Bytes()
}

func onePass(b *testing.B, payload []byte) {
	if _, err := jsontext.NewDecoder(bytes.NewBuffer(payload)).ReadValue(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkLimitRefusal refuses large requests for every possible reason: a request that
// anyone can send must cost next to nothing.
func BenchmarkLimitRefusal(b *testing.B) {
	set := loadRules(b, refusalRules)
	h := handler.New(handler.Config{Rules: set, Receiver: webhook.New(webhook.Config{Sources: set.Sources(), Secrets: oneSecret{}}), Log: slog.New(slog.DiscardHandler)})
	run := func(name, gateway string, r refusal, of refusedBody) {
		payload := refusedPayload(b, gateway, r, of)
		b.Run(strings.ReplaceAll(name, " ", "_"), func(b *testing.B) { refuse(b, h, r, payload, of.body) })
	}
	token, signature := refusal{"POST", "/webhooks/zoho", 401, false}, refusal{"POST", "/webhooks/signed", 401, true}
	starter := refusal{"POST", "/webhooks/starter", 401, false}
	for kind, of := range refusedBodies {
		if kind != "escapes" { // which could spell the token's name
			run("a wrong token, or one in the body/"+kind, "HTTP API", starter, of)
		}
		run("a wrong token/"+kind, "HTTP API", token, of)
		run("a wrong signature/"+kind, "HTTP API", signature, of)
	}
	for gateway := range gateways {
		run("a wrong token/"+gateway, gateway, token, refusedBodies["JSON"])
		run("a wrong signature/"+gateway, gateway, signature, refusedBodies["JSON"])
	}
	for kind, of := range overBodies {
		run("5.9 MB/"+kind, "HTTP API", refusal{"POST", "/webhooks/zoho", 413, false}, of)
	}
	run("no authorizer", "HTTP API", refusal{"POST", "/webhooks/bus", 401, false}, refusedBodies["JSON"])
	for name, r := range map[string]refusal{
		"an unknown source": {"POST", "/webhooks/nobody", 404, false},
		"a wrong method":    {"PATCH", "/webhooks/zoho", 405, false},
		"a wrong path":      {"POST", "/hooks/zoho/1", 404, false},
	} {
		run(name, "HTTP API", r, refusedBodies["JSON"])
		run(name+", 5.9 MB", "HTTP API", r, overBodies["text"])
	}
}

func refuse(b *testing.B, h *handler.Handler, r refusal, payload, body []byte) {
	whole := func() {
		for range refusals {
			answer, err := h.Invoke(b.Context(), payload)
			if err != nil || !bytes.Contains(answer, []byte(fmt.Sprintf(`"statusCode":%d`, r.status))) {
				b.Fatalf("Invoke = %.300s, %v, want %d", answer, err, r.status)
			}
		}
	}
	least := func() {
		for range refusals {
			onePass(b, payload)
			if r.signed {
				mac := hmac.New(sha256.New, []byte(secret))
				mac.Write(body)
				mac.Sum(nil)
			}
		}
	}
	for b.Loop() {
		var floor, took time.Duration
		ratio := math.Inf(1)
		// The machine may be busy with something else: it gets two more tries.
		for try := 0; try < 3 && ratio > refusalLimit; try++ {
			var floors, all []time.Duration
			for range refusalRounds {
				floors, all = append(floors, timed(b, least)), append(all, timed(b, whole))
			}
			floor, took = undisturbed(floors), undisturbed(all)
			ratio = float64(took) / float64(floor)
		}
		b.ReportMetric(float64(floor.Microseconds())/1000/refusals, "least-cpu-ms")
		b.ReportMetric(float64(took.Microseconds())/1000/refusals, "refusal-cpu-ms")
		b.ReportMetric(ratio, "ratio")
		if ratio > refusalLimit {
			b.Errorf("a refusal of %d bytes costs %.2f times the work it requires (%v, %v), the limit is %.1f", len(payload), ratio, took/refusals, floor/refusals, refusalLimit)
		}
	}
}

// undisturbed returns a time that other programs hardly added to: the fastest quarter ends with
// it. The fastest of all may be one for which the system counted too little.
func undisturbed(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/4]
}

// timed is the processor time that a call takes, with that of collecting garbage.
func timed(b *testing.B, do func()) time.Duration {
	start := cpuTime(b)
	do()
	return cpuTime(b) - start
}
