package bench_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/functions/removetags/handler"
	"untag/internal/event"
	"untag/internal/metrics"
	"untag/internal/pipeline"
	"untag/internal/queue"
	"untag/internal/rules"
	"untag/internal/webhook"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

// willingZoho answers every call with success, and counts the calls.
type willingZoho struct{ calls int }

func (z *willingZoho) RoundTrip(r *http.Request) (*http.Response, error) {
	z.calls++
	query, _ := url.ParseQuery(r.URL.RawQuery)
	ids := strings.Split(query.Get("ids"), ",")
	if query.Get("ids") == "" {
		parts := strings.Split(r.URL.Path, "/")
		ids = parts[len(parts)-3 : len(parts)-2]
	}
	var text strings.Builder
	for i, id := range ids {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, `{"code":"SUCCESS","details":{"id":%q,"tags":[]},"message":"tags updated successfully","status":"success"}`, id)
	}
	w := httptest.NewRecorder()
	_, _ = io.WriteString(w, `{"data":[`+text.String()+`]}`)
	return w.Result(), nil
}

func (*willingZoho) Token(context.Context) (zohoauth.Token, error) {
	return zohoauth.Token{AccessToken: "1000.a", APIDomain: "https://www.zohoapis.com", Expiry: time.Now().Add(time.Hour)}, nil
}
func (*willingZoho) Refused(context.Context, zohoauth.Token) {}

// keeper stores a delivery as the queue does, and forgets it.
type keeper struct{ size int }

func (k *keeper) Send(_ context.Context, d event.Delivery) error {
	text, err := queue.Encode(d)
	k.size += len(text)
	return err
}

type sizeOf struct{ bytes int }

func (s *sizeOf) Write(p []byte) (int, error) { s.bytes += len(p); return len(p), nil }

// BenchmarkCost measures what docs/cost.md needs for each event: CPU time of the function,
// bytes in its log, and calls to Zoho. Events of 1 KiB each close another deal. It has no
// limit; `go test -run '^$' -bench Cost -benchtime 1x ./test/bench` prints the figures.
func BenchmarkCost(b *testing.B) {
	set := loadRules(b, `version: 1
sources: {zoho: {verify: token}}
rules:
  - name: deal-closed
    on: zoho
    when: event.module == "Deals" && event.Stage in ["Closed Won", "Closed Lost"]
    record: {module: Deals, id: event.id}
    remove: [In progress]
`)
	for _, batch := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprintf("acting_in_batches_of_%d", batch), func(b *testing.B) {
			z, log := new(willingZoho), new(sizeOf)
			h := costly(b, set, z, log, func(c *handler.Config) { c.EventQueueARN = eventsARN })
			var records events.SQSEvent
			for i := range batch {
				records.Records = append(records.Records, sqsMessage(b, i, "zoho", dealEvent(dealID(i), 1<<10)))
			}
			report(b, h, sqsPayload(b, records), batch, 5000/batch, z, log)
		})
	}
	request, err := json.Marshal(map[string]any{
		"version": "2.0", "rawPath": "/webhooks/zoho", "headers": map[string]string{"content-type": "application/json", "x-webhook-token": secret},
		"body":           string(dealEvent(dealID(1), 1<<10)),
		"requestContext": map[string]any{"stage": "$default", "http": map[string]string{"method": "POST", "path": "/webhooks/zoho"}},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("receiving", func(b *testing.B) {
		z, log := new(willingZoho), new(sizeOf)
		report(b, costly(b, set, z, log, func(c *handler.Config) { c.Queue = new(keeper) }), request, 1, 5000, z, log)
	})
	b.Run("at_once", func(b *testing.B) {
		z, log := new(willingZoho), new(sizeOf)
		report(b, costly(b, set, z, log, func(*handler.Config) {}), request, 1, 5000, z, log)
	})
}

// costly returns a function with its whole log: lines, audit and metrics.
func costly(b *testing.B, set *rules.Rules, z *willingZoho, log io.Writer, change func(*handler.Config)) *handler.Handler {
	b.Helper()
	counts := metrics.New(metrics.Config{Namespace: "untag/untag", Out: log, KnownCode: zoho.KnownCode})
	client, err := zoho.New(zoho.Config{Tokens: z, HTTP: &http.Client{Transport: z}, Meter: counts})
	if err != nil {
		b.Fatal(err)
	}
	lines := slog.New(slog.NewJSONHandler(log, nil))
	c := handler.Config{
		Rules: set, Receiver: webhook.New(webhook.Config{Sources: set.Sources(), Secrets: oneSecret{}}),
		Pipeline: pipeline.New(pipeline.Config{Rules: set, CRM: client}), Log: lines, Audit: lines, Metrics: counts,
	}
	change(&c)
	return handler.New(c)
}

func report(b *testing.B, h *handler.Handler, payload []byte, size, times int, z *willingZoho, log *sizeOf) {
	for b.Loop() {
		*z, *log = willingZoho{}, sizeOf{}
		before := cpuTime(b)
		for range times {
			if answer, err := h.Invoke(b.Context(), payload); err != nil || strings.Contains(string(answer), "itemIdentifier") {
				b.Fatalf("Invoke = %.300s, %v", answer, err)
			}
		}
		n := float64(times * size)
		b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/n, "CPU-µs/event")
		b.ReportMetric(float64(log.bytes)/n, "log-bytes/event")
		b.ReportMetric(float64(z.calls)/n, "Zoho-calls/event")
	}
	b.ReportMetric(0, "ns/op")
}
