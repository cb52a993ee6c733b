package explain

import (
	"fmt"
	"io"

	"untag/functions/removetags/handler"
	"untag/internal/jsonvalue"
	"untag/internal/queue"
	"untag/internal/rules"
	"untag/internal/userfile"
)

// ReadRecorded reads a file with an invocation, or with one event as it is stored in the
// queue, from standard input if the file is "-".
func ReadRecorded(set *rules.Rules, stdin io.Reader, file string) ([]handler.Recorded, error) {
	payload, err := userfile.ReadOrStdin(stdin, "event", "name another with -e", file)
	if err != nil {
		return nil, err
	}
	recorded, err := Recorded(set, payload)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return recorded, nil
}

// Recorded reads an invocation, or one event as it is stored in the queue.
func Recorded(set *rules.Rules, payload []byte) ([]handler.Recorded, error) {
	if stored, err := queue.Decode(string(payload)); err == nil {
		return []handler.Recorded{{Stored: &stored}}, nil
	}
	recorded, err := handler.Read(set, payload)
	if err != nil {
		return nil, WhyUnread(payload, err)
	}
	return recorded, nil
}

// WhyUnread returns why a recorded event could not be read: where its JSON is broken, or that
// it may be only the body of a request. Otherwise it returns err.
func WhyUnread(payload []byte, err error) error {
	value, broken := jsonvalue.Decode(payload)
	if broken != nil {
		return fmt.Errorf("not valid JSON: %w", broken)
	}
	members, _ := value.(map[string]any)
	for _, key := range []string{"requestContext", "Records", "detail-type", "event", "untag"} {
		if _, has := members[key]; has {
			return err
		}
	}
	return fmt.Errorf("%w; if the file is only the body of a webhook, write {\"source\": \"NAME\", \"event\": BODY} in its place, or explain it with untag explain --source NAME --body FILE", err)
}
