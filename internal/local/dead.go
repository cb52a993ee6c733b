package local

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/console"
	"untag/internal/pipeline"
	"untag/internal/queue"
	"untag/internal/rules"
	"untag/internal/userfile"
)

// deadQueue is a dead-letter queue.
type deadQueue interface {
	List(ctx context.Context, most int) ([]queue.Dead, error)
	Redrive(ctx context.Context, to string, most int, chosen func(queue.Dead) bool) (int, error)
}

// DeadOptions are those of `untag run --dead-letters`.
type DeadOptions struct {
	Listen, Rules string
	Hosts         []string
	Verbose       bool
	// Most is how many messages are read.
	Most int
	// Redrive is the URL of the queue to which chosen messages may be sent again, "" for none.
	Redrive string
}

// RunDead serves the console with the messages of a dead-letter queue until ctx ends: why each
// failed, and what today's rules would do with it. It reads the rules and the queue before it
// opens a port, receives no webhooks, and calls no Zoho.
func RunDead(ctx context.Context, w, stderr io.Writer, q deadQueue, f DeadOptions) error {
	log, err := logger(stderr, os.Getenv, f.Verbose)
	if err != nil {
		return err
	}
	set, err := userfile.ReadRules(f.Rules)
	if err != nil {
		return err
	}
	letters := &deadLetters{queue: q, most: f.Most, to: f.Redrive, file: f.Rules, kept: new(console.Kept), numbers: make(map[string]int64)}
	letters.set.Store(set)
	read, err := letters.Read(ctx)
	if err != nil {
		return err
	}
	l, err := Listen(f.Listen)
	if err != nil {
		return err
	}
	door, err := newDoor(URLOf(l), l, f.Hosts)
	if err != nil {
		return err
	}
	page := console.New(console.Config{
		Kept: letters.kept, Rules: letters.set.Load, Token: door.token, Open: door.open, Dead: letters,
		File: deadRules{letters.file}, LoadRules: loadRules,
	})
	fmt.Fprintf(w, "Dead letters that were read: %d. See why they failed, and what today's rules would do, at %s\n", read, door.address)
	if read >= f.Most {
		fmt.Fprintf(w, "There may be more: --max reads more than %d.\n", f.Most)
	}
	if f.Redrive == "" {
		fmt.Fprintln(w, "Nothing is changed. With --redrive, chosen ones can be sent to the queue again.")
	}
	fmt.Fprintln(w, "Press Ctrl-C to stop.")
	return Serve(ctx, l, Named(page, l, f.Listen, f.Hosts), log)
}

// deadLetters are the messages of a dead-letter queue as the console shows them.
type deadLetters struct {
	queue deadQueue
	most  int
	to    string
	kept  *console.Kept
	// file is that of the rules, and set what it last had.
	file string
	set  atomic.Pointer[rules.Rules]

	mu sync.Mutex
	// numbers are the ids of entries by the ids of their messages, which stay the same when the
	// queue is read again.
	numbers map[string]int64
}

// MayRedrive says whether there is a queue to send messages to.
func (d *deadLetters) MayRedrive() bool { return d.to != "" }

// Read reads the rules and the queue again: someone corrects a rule, and looks whether that helps.
// If the rules cannot be used, the old ones stay.
func (d *deadLetters) Read(ctx context.Context) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	set, wrong := userfile.ReadRules(d.file)
	if wrong == nil {
		d.set.Store(set)
	}
	n, err := d.read(ctx)
	return n, errors.Join(wrong, err)
}

func (d *deadLetters) read(ctx context.Context) (int, error) {
	list, err := d.queue.List(ctx, d.most)
	if err != nil {
		return 0, err
	}
	slices.SortStableFunc(list, func(a, b queue.Dead) int { return diedAt(a).Compare(diedAt(b)) })
	entries := make([]*console.Entry, len(list))
	for i, one := range list {
		if d.numbers[one.ID] == 0 {
			d.numbers[one.ID] = int64(len(d.numbers) + 1)
		}
		entries[i] = entryOf(one, d.numbers[one.ID], d.set.Load())
		list[i] = queue.Dead{} // the entry has what is in it, which may be up to 1 MiB
	}
	slices.SortFunc(entries, func(a, b *console.Entry) int { return cmp.Compare(a.ID, b.ID) })
	d.kept.Set(entries)
	return len(entries), nil
}

// Redrive sends the messages of entries again.
func (d *deadLetters) Redrive(ctx context.Context, ids []int64) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	sent, err := d.queue.Redrive(ctx, d.to, d.most, func(one queue.Dead) bool {
		number, known := d.numbers[one.ID]
		return known && slices.Contains(ids, number)
	})
	if err != nil {
		return sent, err
	}
	_, err = d.read(ctx)
	return sent, err
}

// deadRules is the rules file of a console that shows dead letters: it is read, and never changed.
type deadRules struct{ file string }

// Name is its path, as the user named it.
func (f deadRules) Name() string { return f.file }

// Text returns what it holds.
func (f deadRules) Text() ([]byte, error) { return readRules(f.file) }

// Save changes nothing.
func (deadRules) Save([]byte, string) error { return errOnlyShown }

// Use changes nothing: the rules are read again with the queue.
func (deadRules) Use(string) error { return errOnlyShown }

var errOnlyShown = errors.New("a console of dead letters does not change the rules")

// diedAt returns when an event failed for good.
func diedAt(one queue.Dead) time.Time {
	if one.Reason.Time.IsZero() {
		return one.Sent
	}
	return one.Reason.Time
}

// entryOf returns a message as an entry, whose payload is the batch in which the function would
// get it.
func entryOf(one queue.Dead, number int64, set *rules.Rules) *console.Entry {
	why := strings.Join(slices.DeleteFunc([]string{one.Reason.Rule, one.Reason.Code, one.Reason.Message}, func(s string) bool { return s == "" }), ": ")
	e := &console.Entry{
		ID: number, At: diedAt(one).UTC(), Source: one.Delivery.Source,
		Outcome: pipeline.OutcomeFailed, Reason: why, Details: []string{why}, Rules: set,
	}
	if !one.Readable {
		e.Details = append(e.Details, console.Foreign)
	}
	if one.Reason.Rule != "" {
		e.Outcomes = []pipeline.Outcome{{EventID: one.Delivery.ID, Outcome: pipeline.OutcomeFailed, Failed: []pipeline.Failed{{
			Rule: one.Reason.Rule, Problem: pipeline.Problem{Code: one.Reason.Code, Message: one.Reason.Message},
		}}}}
	}
	payload, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: one.ID, Body: one.Body, EventSource: "aws:sqs", EventSourceARN: eventQueueARN,
		Attributes: map[string]string{"SentTimestamp": strconv.FormatInt(one.Sent.UnixMilli(), 10)},
	}}})
	if e.Payload = payload; err != nil || !one.Readable {
		e.Payload = []byte(one.Body)
	}
	return e
}
