package handler_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"untag/functions/removetags/handler"
	"untag/internal/webhook"
)

// TestSizes: the limit holds for the body as it was sent, no matter how the gateway encoded
// it.
func TestSizes(t *testing.T) {
	quoted := func(body string) string {
		text, _ := json.Marshal(body)
		return string(text)
	}
	escaped := func(body string) string {
		var b strings.Builder
		for _, unit := range body {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
		return `"` + b.String() + `"`
	}
	encoded := func(body string) string { return base64.StdEncoding.EncodeToString([]byte(body)) }
	ways := map[string]struct {
		write  func(body string) string
		base64 bool
	}{
		"as text":                     {quoted, false},
		"every character escaped":     {escaped, false},
		"in base64":                   {func(body string) string { return `"` + encoded(body) + `"` }, true},
		"in base64, escaped slashes":  {func(body string) string { return `"` + strings.ReplaceAll(encoded(body), "/", `\/`) + `"` }, true},
		"in base64, every 76 letters": {func(body string) string { return quoted(inLines(encoded(body))) }, true},
	}
	for name, way := range ways {
		for size, status := range map[int]int{webhook.MaxBody: 200, webhook.MaxBody + 1: 413, webhook.MaxBody + 3: 413, 2 * webhook.MaxBody: 413} {
			t.Run(fmt.Sprintf("%s, %d", name, size), func(t *testing.T) {
				body := `{"x":"` + strings.Repeat("?", size-len(`{"x":""}`)) + `"}`
				payload := fmt.Sprintf(`{"version":"2.0","rawPath":"/webhooks/zoho","headers":{"x-webhook-token":%q},"isBase64Encoded":%t,"body":%s,
					"requestContext":{"http":{"method":"POST"}}}`, token, way.base64, way.write(body))
				answer, err := newLine(t).Invoke(t.Context(), []byte(payload))
				if want := fmt.Sprintf(`"statusCode":%d`, status); err != nil || !strings.Contains(string(answer), want) {
					t.Errorf("Invoke = %.300s, %v, want %s", answer, err, want)
				}
			})
		}
	}
}

// TestBodiesOutliveTheirRequests: the memory into which a body was decoded is reused.
func TestBodiesOutliveTheirRequests(t *testing.T) {
	for _, encoded := range []bool{false, true} {
		q := &fakeQueue{}
		l := newLine(t, func(_ *line, c *handler.Config) { c.Queue = q })
		var bodies []string
		for _, id := range []string{wonDeal, lostDeal, goneDeal} {
			request := post("zoho", closed(id), nil)
			if encoded {
				request = inBase64(request)
			}
			var got response
			l.invoke(t, request, &got)
			bodies = append(bodies, closed(id))
		}
		for i, d := range q.got {
			if string(d.Body) != bodies[i] {
				t.Errorf("in base64 %t: delivery %d has the body %s, want %s", encoded, i, d.Body, bodies[i])
			}
		}
	}
}

func inLines(text string) string {
	var b strings.Builder
	for len(text) > 76 {
		b.WriteString(text[:76] + "\r\n")
		text = text[76:]
	}
	return b.String() + text
}
