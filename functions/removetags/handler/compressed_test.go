package handler_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"untag/functions/removetags/handler"
	"untag/internal/queue"
)

// gzipped returns a request whose body the sender compressed.
func gzipped(t *testing.T, body string) map[string]any {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := io.WriteString(w, body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return inBase64(post("zoho", out.String(), map[string]string{"content-encoding": "gzip"}))
}

func TestCompressedBodies(t *testing.T) {
	tests := map[string]struct {
		request map[string]any
		status  int
		says    string
	}{
		"gzip":          {gzipped(t, closed(wonDeal)), 200, `"outcome":"removed"`},
		"too large":     {gzipped(t, strings.Repeat(" ", 32<<20)), 413, "over 1 MiB once it is decompressed"},
		"not gzip":      {post("zoho", closed(wonDeal), map[string]string{"content-encoding": "gzip"}), 400, "says gzip, but it is not"},
		"one not taken": {post("zoho", closed(wonDeal), map[string]string{"content-encoding": "br"}), 400, "send gzip, deflate"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := newLine(t)
			var got response
			if l.invoke(t, tt.request, &got); got.StatusCode != tt.status || !strings.Contains(got.Body, tt.says) {
				t.Errorf("answer = %d %s, want %d with %q", got.StatusCode, got.Body, tt.status, tt.says)
			}
		})
	}
}

// A compressed body goes through the queue as it was sent, with its content encoding.
func TestACompressedBodyThroughTheQueue(t *testing.T) {
	q := &fakeQueue{}
	l := newLine(t, func(_ *line, c *handler.Config) { c.Queue = q })
	var got response
	if l.invoke(t, gzipped(t, closed(wonDeal)), &got); got.StatusCode != 202 || len(q.got) != 1 {
		t.Fatalf("answer = %d %s with %d in the queue, want 202 and one", got.StatusCode, got.Body, len(q.got))
	}
	text, err := queue.Encode(q.got[0])
	if err != nil {
		t.Fatal(err)
	}
	message := stored(t, "gzip", "", "")
	message.Body = text
	worker := newLine(t)
	worker.invoke(t, events.SQSEvent{Records: []events.SQSMessage{message}}, &events.SQSEventResponse{})
	if len(worker.crm.Journal()) != 1 {
		t.Errorf("the worker removed %v, want one tag\n%s", worker.crm.Journal(), worker.log)
	}
}
