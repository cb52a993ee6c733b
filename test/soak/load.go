package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"untag/internal/event"
	"untag/internal/queue"
	"untag/internal/sandbox"
)

// load is the events that are sent, and the records that they are about.
type load struct {
	records sandbox.Records
	events  []sent
	// named holds the tags that a rule names, by record.
	named map[record]map[string]bool
}

type record struct{ module, id string }

// sent is one event. Its name is the sender's identifier of the event.
type sent struct {
	kind
	name   string
	record record
	// repeated events are sent twice, as by a sender that got no answer.
	repeated bool
}

// newLoad returns the events, which are the same for the same seed. One in ten is about the
// record of an earlier event.
func newLoad(events int, seed uint64) *load {
	l := &load{records: make(sandbox.Records), named: make(map[record]map[string]bool)}
	random := rand.New(rand.NewPCG(seed, 2))
	list := kinds()
	last := make(map[string]record)
	for i := range events {
		k := draw(list, random.IntN(1000))
		at := record{k.module, fmt.Sprintf("57257670000%08d", i)}
		if before, ok := last[k.module]; ok && k.module != "" && random.IntN(10) == 0 {
			at = before
		}
		last[k.module] = at
		l.add(sent{kind: k, name: fmt.Sprintf("event-%06d", i), record: at, repeated: random.IntN(50) == 0})
	}
	return l
}

func (l *load) add(s sent) {
	l.events = append(l.events, s)
	if s.module == "" {
		return
	}
	if l.named[s.record] == nil {
		l.named[s.record] = make(map[string]bool)
		l.records[s.module] = append(l.records[s.module], map[string]any{"id": s.record.id, "Tag": carried(s.module)})
	}
	for _, tag := range s.tags {
		l.named[s.record][tag] = true
	}
}

func (s sent) text() string { return fmt.Sprintf(s.body, s.record.id) }

// message returns the message that the queue holds for a stored event.
func (s sent) message() (string, error) {
	if s.kind.name == "foreign" {
		return s.name + " " + s.text(), nil
	}
	return queue.Encode(event.Delivery{
		ID: s.name, DeliveryID: s.name, Source: "zoho", Time: time.Now().UTC(), ContentType: "application/json", Body: []byte(s.text()),
	})
}

// nameOf returns the name of a message's event.
func nameOf(body string) string {
	if d, err := queue.Decode(body); err == nil {
		return d.DeliveryID
	}
	var name string
	_, _ = fmt.Sscan(body, &name)
	return name
}
