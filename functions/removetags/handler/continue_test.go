package handler_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"untag/functions/removetags/handler"
	"untag/internal/pipeline"
	"untag/internal/queue"
	"untag/internal/rules"
	"untag/internal/sandbox"
)

// fakeContinuer stores what is left of events, or refuses it.
type fakeContinuer struct {
	list []queue.Continuation
	err  error
}

func (f *fakeContinuer) Continue(_ context.Context, list []queue.Continuation) []error {
	errs := make([]error, len(list))
	for i := range errs {
		if errs[i] = f.err; f.err == nil {
			f.list = append(f.list, list[i])
		}
	}
	return errs
}

// movesAndContinues does all that a worker does with messages.
type movesAndContinues struct {
	*fakeMessages
	*fakeContinuer
}

// withManyDeals has 250 deals, and a rule for a list of them. Calls to Zoho with the deal
// that failing names fail.
func withManyDeals(failing *string) option {
	return func(l *line, c *handler.Config) {
		set, _ := rules.Load([]byte(testRules + "  - {name: many, on: zoho, when: event.many, record: {module: Deals, id: event.ids}, remove: [In progress]}\n"))
		records := sandbox.Records{}
		for i := range 250 {
			records["Deals"] = append(records["Deals"], map[string]any{"id": fmt.Sprint(1000 + i), "Tag": []any{"In progress"}})
		}
		l.crm = sandbox.New(sandbox.Config{Records: records})
		l.zoho = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if *failing != "" && strings.Contains(r.URL.RequestURI(), *failing) {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			l.crm.ServeHTTP(w, r)
		})
		c.Rules = set
		c.Pipeline = pipeline.New(pipeline.Config{Rules: set, CRM: l.client})
	}
}

func manyDeals(t *testing.T, messageID string) events.SQSMessage {
	t.Helper()
	var ids []string
	for i := range 250 {
		ids = append(ids, fmt.Sprint(1000+i))
	}
	text, err := json.Marshal(map[string]any{"many": true, "ids": ids})
	if err != nil {
		t.Fatal(err)
	}
	return stored(t, messageID, "d", string(text))
}

// TestSQSWhatIsLeftOfAnEvent: what is left of an event of several calls becomes a message of
// its own. Only if that cannot be stored does the whole event come back.
func TestSQSWhatIsLeftOfAnEvent(t *testing.T) {
	for name, tt := range map[string]struct {
		continuer *fakeContinuer
		back      bool
	}{
		"stored":              {&fakeContinuer{}, false},
		"refused":             {&fakeContinuer{err: errors.New("the queue is gone")}, true},
		"not to be continued": {nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			failing, m := "1120", &fakeMessages{}
			l := newLine(t, withManyDeals(&failing), func(_ *line, c *handler.Config) {
				c.Messages = m
				if tt.continuer != nil {
					c.Messages = movesAndContinues{m, tt.continuer}
				}
			})
			var got events.SQSEventResponse
			l.invoke(t, events.SQSEvent{Records: []events.SQSMessage{manyDeals(t, "first"), manyDeals(t, "again")}}, &got)
			want := []string(nil)
			if tt.back {
				want = []string{"first", "again"}
			}
			if !slices.Equal(failures(got), want) || !slices.Equal(m.delayed, want) || len(m.deadLetters) > 0 || len(l.crm.Journal()) != 150 {
				t.Errorf("failures %v, delayed %v, dead letters %v after %d removals, want %v, and 150", failures(got), m.delayed, m.deadLetters, len(l.crm.Journal()), want)
			}
			if tt.back {
				return
			}
			if len(tt.continuer.list) != 1 || !strings.Contains(l.log.String(), "back=0 continued=1") {
				t.Fatalf("%d continuations, want one for the event and its repeat: %s", len(tt.continuer.list), l.log)
			}
			// It takes one more call, and then nothing is left. If the function is killed in
			// between, the first message comes back too, and does no harm.
			failing = ""
			before := l.crm.Requests().RemoveTags
			body, err := queue.Encode(tt.continuer.list[0].Delivery)
			if err != nil {
				t.Fatal(err)
			}
			rest := stored(t, "rest", "d", "{}")
			rest.Body = body
			l.invoke(t, events.SQSEvent{Records: []events.SQSMessage{rest}}, &got)
			if made := l.crm.Requests().RemoveTags - before; len(failures(got)) > 0 || made != 1 || len(l.crm.Journal()) != 250 {
				t.Errorf("failures %v after %d more calls and %d removals, want one call for what was left", failures(got), made, len(l.crm.Journal()))
			}
			l.invoke(t, events.SQSEvent{Records: []events.SQSMessage{rest, manyDeals(t, "first")}}, &got)
			if len(failures(got)) > 0 || len(l.crm.Journal()) != 250 {
				t.Errorf("failures %v after %d removals, want nothing more to be done", failures(got), len(l.crm.Journal()))
			}
		})
	}
}

// TestSQSNothingCameOfATry: an event of which nothing is done goes back unchanged, and so
// does one that needs only a single call.
func TestSQSNothingCameOfATry(t *testing.T) {
	failing, m, c := "Deals", &fakeMessages{}, &fakeContinuer{}
	l := newLine(t, withManyDeals(&failing), func(_ *line, config *handler.Config) { config.Messages = movesAndContinues{m, c} })
	var got events.SQSEventResponse
	l.invoke(t, events.SQSEvent{Records: []events.SQSMessage{manyDeals(t, "many"), stored(t, "one", "", closed("1000"))}}, &got)
	if want := []string{"many", "one"}; !slices.Equal(failures(got), want) || !slices.Equal(m.delayed, want) || len(c.list) > 0 {
		t.Errorf("failures %v, delayed %v, %d continuations, want both back as they were", failures(got), m.delayed, len(c.list))
	}
}

// TestSQSARestThatMadeNoProgress: when a message comes back, records that shared the calls of
// a later attempt are tried, although the calls before them fail again.
func TestSQSARestThatMadeNoProgress(t *testing.T) {
	failing, last := "1120", "1249"
	m, c := &fakeMessages{}, &fakeContinuer{}
	l := newLine(t, withManyDeals(&failing), func(l *line, config *handler.Config) {
		config.Messages = movesAndContinues{m, c}
		inner := l.zoho
		l.zoho = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if last != "" && strings.Contains(r.URL.RequestURI(), last) {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			inner.ServeHTTP(w, r)
		})
	})
	var got events.SQSEventResponse
	l.invoke(t, events.SQSEvent{Records: []events.SQSMessage{manyDeals(t, "first")}}, &got)
	if len(c.list) != 1 || len(l.crm.Journal()) != 100 {
		t.Fatalf("%d continuations after %d removals, want one after 100", len(c.list), len(l.crm.Journal()))
	}
	body, err := queue.Encode(c.list[0].Delivery)
	if err != nil {
		t.Fatal(err)
	}
	last = ""
	rest := manyDeals(t, "rest")
	rest.Body, rest.Attributes["ApproximateReceiveCount"] = body, "2"
	l.invoke(t, events.SQSEvent{Records: []events.SQSMessage{rest}}, &got)
	if n := len(l.crm.Journal()); n != 150 {
		t.Errorf("%d removals, want 150", n)
	}
}
