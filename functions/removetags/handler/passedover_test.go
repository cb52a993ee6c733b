package handler_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/event"
	"untag/internal/queue"
)

// TestTheLogSaysThatFilesWerePassedOver: the log has their number and types, at once and
// through the queue, and nothing from the form.
func TestTheLogSaysThatFilesWerePassedOver(t *testing.T) {
	const (
		kind = "multipart/form-data; boundary=b"
		body = "--b\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nnone\r\n" +
			"--b\r\nContent-Disposition: form-data; name=\"secret-name\"; filename=\"secret-file\"\r\nContent-Type: image/png\r\n\r\nx\r\n" +
			"--b\r\nContent-Disposition: form-data; name=\"b\"; filename=\"b\"\r\nContent-Type: application/pdf\r\n\r\nx\r\n" +
			"--b\r\nContent-Disposition: form-data; name=\"c\"; filename=\"c\"\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n"
	)
	l := newLine(t)
	var r response
	l.invoke(t, post("zoho", body, map[string]string{"content-type": kind}), &r)
	if r.StatusCode != 200 {
		t.Fatalf("answer = %d %s", r.StatusCode, r.Body)
	}
	log := l.log.String()
	if !strings.Contains(log, `files_passed_over.count=3 files_passed_over.types="[application/pdf image/png]"`) || strings.Contains(log, "secret") {
		t.Errorf("the log = %s, want 3 files of two types, and no name", log)
	}
	l.log.Reset()
	text, err := queue.Encode(event.Delivery{ID: "e", Source: "zoho", ContentType: kind, Body: []byte(body)})
	if err != nil {
		t.Fatal(err)
	}
	message := stored(t, "with-files", "", "")
	message.Body = text
	l.invoke(t, events.SQSEvent{Records: []events.SQSMessage{message}}, &events.SQSEventResponse{})
	if log := l.log.String(); !strings.Contains(log, `files_passed_over.count=3`) || strings.Contains(log, "secret") {
		t.Errorf("the log of a batch = %s, want 3 files, and no name", log)
	}
	l.log.Reset()
	l.invoke(t, post("zoho", `{"kind":"none"}`, nil), &r)
	if log := l.log.String(); strings.Contains(log, "files_passed_over") {
		t.Errorf("the log of an event without files = %s", log)
	}
}
