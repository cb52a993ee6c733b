package handler_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/smithy-go"

	"untag/functions/removetags/handler"
	"untag/internal/queue"
)

// A fault of the installation is logged in one line for each batch, no matter how many events
// it has, and no event is given up.
func TestSQSInstallationFault(t *testing.T) {
	m := &fakeMessages{}
	l := newLine(t, func(_ *line, c *handler.Config) { c.Messages = m })
	misbehave(l, says(403, `{"code":"NO_PERMISSION","details":{},"message":"permission denied","status":"error"}`))
	batch := events.SQSEvent{Records: []events.SQSMessage{
		stored(t, "won", "", closed(wonDeal)), stored(t, "lost", "", closed(lostDeal)), stored(t, "one", "", closed(goneDeal)),
	}}
	for range 2 {
		l.log.Reset()
		var got events.SQSEventResponse
		l.invoke(t, batch, &got)
		if len(failures(got)) != 3 || len(m.deadLetters) > 0 {
			t.Errorf("failures %v, dead letters %v, want all three to go back", failures(got), m.deadLetters)
		}
		if log := l.log.String(); strings.Count(log, "msg=installation code=NO_PERMISSION") != 1 || !strings.Contains(log, "events=3") {
			t.Errorf("want one line about the installation, for three events:\n%s", log)
		}
	}
}

// A queue that the function cannot use is also a fault of the installation. A busy queue is
// not.
func TestSQSUnusableQueue(t *testing.T) {
	refused := func(code string) error {
		return &queue.Error{Operation: "dead letter", Err: &smithy.GenericAPIError{Code: code}}
	}
	for name, tt := range map[string]struct {
		err  error
		says bool
	}{
		"denied":       {refused("AccessDenied"), true},
		"gone":         {refused("AWS.SimpleQueueService.NonExistentQueue"), true},
		"key disabled": {refused("KmsDisabled"), true},
		"throttled":    {refused("ThrottlingException"), false},
		"broken":       {errors.New("broken"), false},
		"not set":      {queue.ErrNoDeadLetterQueue, false},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLine(t, func(_ *line, c *handler.Config) { c.Messages = &fakeMessages{err: tt.err} })
			var got events.SQSEventResponse
			l.invoke(t, events.SQSEvent{Records: []events.SQSMessage{stored(t, "no id", "", `{"kind":"no id"}`)}}, &got)
			if said := strings.Contains(l.log.String(), "msg=installation code=QUEUE"); said != tt.says || len(failures(got)) != 1 {
				t.Errorf("a line about the installation: %t, want %t; failures %v", said, tt.says, failures(got))
			}
		})
	}
}

// Without a queue, a fault of the installation is answered with 503, so that the sender sends
// the event again.
func TestInstallationFaultWithoutQueue(t *testing.T) {
	l := newLine(t)
	misbehave(l, says(403, `{"code":"NO_PERMISSION","details":{},"message":"permission denied","status":"error"}`))
	var got response
	l.invoke(t, post("zoho", closed(wonDeal), nil), &got)
	if got.StatusCode != 503 || got.Headers["retry-after"] == "" || !strings.Contains(l.log.String(), "msg=installation") {
		t.Errorf("%d, Retry-After %q, log %s; want 503, a time, and a line about the installation", got.StatusCode, got.Headers["retry-after"], l.log)
	}
}
