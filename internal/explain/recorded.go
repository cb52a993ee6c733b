package explain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"untag/functions/removetags/handler"
	"untag/internal/event"
	"untag/internal/jsonvalue"
	"untag/internal/queue"
	"untag/internal/rules"
	"untag/internal/terminal"
	"untag/internal/userfile"
	"untag/internal/webhook"
)

// ReadRecorded reads a file with an invocation, or with one event as it is stored in the
// queue, from standard input if the file is "-".
func ReadRecorded(set *rules.Rules, stdin io.Reader, file string) ([]handler.Recorded, error) {
	payload, err := userfile.ReadOrStdin(stdin, "event", "name another with -e", file)
	if err != nil {
		return nil, err
	}
	if stored, err := queue.Decode(string(payload)); err == nil {
		return []handler.Recorded{{Stored: &stored}}, nil
	}
	recorded, err := handler.Read(set, payload)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, WhyUnread(payload, err))
	}
	return recorded, nil
}

// Reader verifies and parses recorded events.
type Reader struct {
	rules    *rules.Rules
	receiver *webhook.Receiver
	checks   bool
}

// NewReader returns a Reader that checks what requests carry against a file of secrets, or
// checks nothing if the file is "".
func NewReader(set *rules.Rules, secretsFile string) (*Reader, error) {
	// Nothing is acted on, so any secret will do.
	c := webhook.Config{Sources: set.Sources(), AllowDemo: true}
	if secretsFile != "" {
		secrets, err := userfile.ReadSecrets(secretsFile)
		if err != nil {
			return nil, err
		}
		c.Secrets = secrets
	}
	return &Reader{rules: set, receiver: webhook.New(c), checks: secretsFile != ""}, nil
}

// Read returns the event and whether it verified: "yes" or "not checked". If it does not
// verify, or its source does not exist, the error is an answerIsNo.
func (r *Reader) Read(ctx context.Context, one handler.Recorded) (event.Event, string, error) {
	verified := "not checked"
	var d event.Delivery
	var err error
	switch {
	case one.Stored != nil:
		d = r.rules.Proven(*one.Stored)
	case r.checks:
		verified = "yes"
		d, err = r.receiver.Verify(ctx, *one.Request)
	default:
		d, err = r.receiver.Assume(*one.Request)
	}
	if err != nil {
		var e *webhook.Error
		if errors.As(err, &e) && e.Kind != webhook.TooLarge && e.Kind != webhook.Malformed {
			return event.Event{}, "no", terminal.AnswerIsNo("not verified: " + err.Error() + r.sourcesInstead(e))
		}
		return event.Event{}, "no", err
	}
	if one.DeliveryID != "" {
		d.DeliveryID = one.DeliveryID
	}
	if d.Time.IsZero() {
		d.Time = time.Now().UTC()
	}
	ev, err := webhook.Parse(d)
	return ev, verified, err
}

// sourcesInstead names the sources that there are, if a request is for none of them.
func (r *Reader) sourcesInstead(e *webhook.Error) string {
	if e.Kind != webhook.UnknownSource {
		return ""
	}
	return instead(r.rules)
}

// WhyUnread returns why a recorded event could not be read: where its JSON is broken, or that
// it may be only the body of a request. Otherwise it returns err.
func WhyUnread(payload []byte, err error) error {
	value, broken := jsonvalue.Decode(payload)
	if broken != nil {
		return fmt.Errorf("not valid JSON: %w", broken)
	}
	members, isObject := value.(map[string]any)
	for _, key := range []string{"requestContext", "Records", "detail-type", "event"} {
		if _, has := members[key]; has {
			return err
		}
	}
	if isObject {
		return fmt.Errorf(`%w; if the file is only the body of a webhook, write it as the event, with the name of its source`, err)
	}
	return err
}
