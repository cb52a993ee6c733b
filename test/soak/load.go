package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
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
	// more are the ids of further records of the same module.
	more []string
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
		if i == 0 {
			l.addExtras()
		}
	}
	return l
}

// addExtras adds the events of the extra kinds.
func (l *load) addExtras() {
	for n, k := range extras() {
		s := sent{kind: k, name: k.name, record: record{k.module, fmt.Sprintf("5725768%d%011d", n, 0)}}
		if k.name == "many" {
			for i := 1; i < manyRecords; i++ {
				s.more = append(s.more, fmt.Sprintf("5725768%d%011d", n, i))
			}
		}
		l.add(s)
	}
}

func (l *load) add(s sent) {
	l.events = append(l.events, s)
	if s.module == "" {
		return
	}
	for _, at := range s.all() {
		if l.named[at] == nil {
			l.named[at] = make(map[string]bool)
			l.records[s.module] = append(l.records[s.module], map[string]any{"id": at.id, "Tag": carried(s.module)})
		}
		for _, tag := range s.tags {
			l.named[at][tag] = true
		}
	}
}

// all returns the records that the event is about.
func (s sent) all() []record {
	list := []record{s.record}
	for _, id := range s.more {
		list = append(list, record{s.module, id})
	}
	return list
}

func (s sent) text() string {
	if s.more != nil {
		return fmt.Sprintf(`{"module":%q,"ids":["%s","%s"]}`, s.module, s.record.id, strings.Join(s.more, `","`))
	}
	return fmt.Sprintf(s.body, s.record.id)
}

// message returns the message that the queue holds for a stored event.
func (s sent) message() (string, error) {
	if s.kind.name == "foreign" {
		return s.name + " " + s.text(), nil
	}
	source := "zoho"
	if s.kind.name == "renamed" {
		source = "zoho-crm"
	}
	return queue.Encode(event.Delivery{
		ID: s.name, DeliveryID: s.name, Source: source, Time: time.Now().UTC(), ContentType: "application/json", Body: []byte(s.text()),
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
