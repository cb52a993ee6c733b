package queue_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/queue"
	"untag/internal/sqs"
)

func delivery(body string) event.Delivery {
	return event.Delivery{
		ID: "0190", DeliveryID: "d-1", Source: "zoho", Proof: "token", Time: time.Date(2026, 3, 1, 12, 0, 0, 5, time.UTC),
		Headers: map[string]string{"x-kind": "deal"}, RawQuery: "a=1&b=%20", ContentType: "application/json", Body: []byte(body),
	}
}

func TestRoundTrip(t *testing.T) {
	for name, body := range map[string]string{
		"JSON": `{"id":5725767000000524157}`, "not UTF-8": "\xff\xfe\x00", "empty": "", "odd": "</script>\u2028\x00",
	} {
		t.Run(name, func(t *testing.T) {
			want := delivery(body)
			text, err := queue.Encode(want)
			if err != nil {
				t.Fatal(err)
			}
			got, err := queue.Decode(text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Decode(Encode): -want +got\n%s", diff)
			}
		})
	}
}

func TestForeignMessages(t *testing.T) {
	for _, body := range []string{
		"", "null", "[]", "hello", `{}`, `{"untag":1}`, `{"untag":2,"id":"a","source":"zoho","body":"{}"}`,
		`{"untag":1,"id":"a","source":"zoho"}`, `{"untag":1,"id":"a","source":"zoho","body_base64":"%%"}`,
		`{"untag":1,"id":"a","source":"zoho","body":"{}","body_base64":"e30="}`, `{"untag":"1","id":"a","source":"zoho","body":"{}"}`,
		`{"untag":1,"id":"a","body":"{}"}`, `{"untag":1,"source":"zoho","body":"{}"}`, `{"untag":1,"id":"a","source":"zoho","body":"{}"} {}`,
		`{"untag":1,"id":"a","source":"zoho","body":{}}`, `{"untag":1,"id":"a","source":"zoho","body":"{}","query":5}`,
		`{"untag":1,"id":"a","source":"zoho","body":"{}","headers":["x"]}`, `{"untag":1,"id":"a","source":"zoho","body":"{}","headers":{"x":5}}`,
		`{"untag":1,"id":"a","source":"zoho","body":"{}","time":"yesterday"}`, `{"untag":1,"id":"a","source":"zoho","body":"{}","time":null}`,
	} {
		// The error itself, not one that wraps it: that could quote the message.
		if d, err := queue.Decode(body); err != queue.ErrForeign {
			t.Errorf("Decode(%s) = %+v, %v, want ErrForeign", body, d, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	text, _ := queue.Encode(delivery("{}"))
	f.Add(text)
	f.Add(`{"untag":1,"id":"a","source":"b","body":""}`)
	f.Fuzz(func(t *testing.T, body string) {
		d, err := queue.Decode(body)
		if err != nil {
			return
		}
		again, err := queue.Encode(d)
		if err != nil {
			return // a time that JSON cannot write
		}
		second, err := queue.Decode(again)
		if err != nil || !cmp.Equal(d.Body, second.Body) && len(d.Body)+len(second.Body) > 0 {
			t.Fatalf("Decode(Encode(%+v)) = %+v, %v", d, second, err)
		}
	})
}

type fakeSQS struct {
	sent []string
	err  error
	hang bool
	id   string
}

func (f *fakeSQS) SendMessage(ctx context.Context, m sqs.Outgoing) (string, error) {
	if f.hang {
		<-ctx.Done()
		return "", ctx.Err()
	}
	if f.err != nil {
		return "", f.err
	}
	f.sent = append(f.sent, m.Body)
	return f.id, nil
}

func TestSend(t *testing.T) {
	tests := map[string]struct {
		sqs  *fakeSQS
		body string
		err  string
	}{
		"stored":              {&fakeSQS{id: "m-1"}, "{}", ""},
		"refused":             {&fakeSQS{err: errors.New("throttled")}, "{}", "throttled"},
		"no id":               {&fakeSQS{}, "{}", "without the id"},
		"over 1 MiB":          {&fakeSQS{id: "m-1"}, strings.Repeat("x", 1<<20), "1 MiB"},
		"over 1 MiB, escaped": {&fakeSQS{id: "m-1"}, strings.Repeat(`"`, 600<<10), "1 MiB"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := queue.New(queue.Config{Client: tt.sqs, URL: "https://queue"}).Send(t.Context(), delivery(tt.body))
			if tt.err == "" {
				if err != nil || len(tt.sqs.sent) != 1 {
					t.Errorf("Send = %v with %d sent", err, len(tt.sqs.sent))
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("Send = %v, want %q", err, tt.err)
			}
		})
	}
}
