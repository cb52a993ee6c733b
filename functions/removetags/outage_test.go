package main

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"untag/internal/awstest"
	"untag/internal/event"
	"untag/internal/queue"
	"untag/internal/sandbox"
)

const (
	outageTime = 6 * time.Hour
	before     = time.Hour
	after      = 2 * time.Hour
	// every is the time between two webhooks, burst the time in an update of many records.
	every  = 20 * time.Second
	burst  = 10 * time.Millisecond
	steady = int((before + outageTime + after) / every)
	// A mass update starts in the middle of the outage.
	massUpdate = 2000
	// At the end of a small update the access token is revoked.
	smallUpdate = 300
	revoked     = -40 * time.Minute
	webhooks    = steady + massUpdate + smallUpdate
	// renewed is the age at which a token is replaced.
	renewed = 50 * time.Minute
)

// TestOutage: Zoho is down for six hours, and other things fail too. Nothing is lost.
func TestOutage(t *testing.T) {
	for name, phases := range map[string][]phase{
		// The access token expires while no new one is available.
		"in one way after the other": {
			{until: 40 * time.Minute, crm: refused},
			{until: 80 * time.Minute, crm: page(http.StatusServiceUnavailable)},
			{until: 2 * time.Hour, crm: page(http.StatusInternalServerError)},
			{until: 165 * time.Minute, crm: silent},
			{until: 210 * time.Minute, crm: busy},
			{until: 4 * time.Hour, crm: page(http.StatusBadGateway), accounts: refused},
			{until: 5 * time.Hour, crm: refused, accounts: page(http.StatusServiceUnavailable)},
			{until: outageTime, crm: silent, accounts: silent},
		},
		"all of it at once": {{until: outageTime, crm: refused, accounts: refused}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			synctest.Test(t, func(t *testing.T) { simulate(t, phases) })
			t.Logf("ten hours took %v", time.Since(start).Round(100*time.Millisecond))
		})
	}
}

// simulate runs the whole line from an hour before Zoho goes down until the last message
// has left the queue.
func simulate(t *testing.T, phases []phase) {
	outage := time.Now().Add(before)
	l := newLine(t, trafficRules, sandbox.Config{
		Records: crmOf(webhooks), ReadOnly: []string{"Cases"}, Concurrency: instances * concurrency,
		Faults: &sandbox.Faults{Slow: 1, Delay: 200 * time.Millisecond},
	}, phases, outage)
	l.trouble(outage)
	ctx, stop := context.WithCancel(t.Context())
	var polling, waiting sync.WaitGroup
	polling.Go(func() { l.source.Run(ctx) })
	var drained time.Duration
	waiting.Go(func() { drained = l.backlog(outage.Add(outageTime)) })
	all := l.traffic(outage)
	waiting.Wait()
	l.untilNone(func(awstest.Message) bool { return true })
	stop()
	polling.Wait()

	l.checkFates(all)
	l.checkInvocations()
	l.checkBounds(drained)
}

// trouble adds other failures, at times since Zoho went down.
func (l *line) trouble(outage time.Time) {
	during := func(from, to time.Duration) bool {
		at := time.Since(outage)
		return at >= from && at < to
	}
	throttled := func(int) error {
		// While the token should be renewed, and when Zoho is back.
		if during(35*time.Minute, 44*time.Minute) || during(outageTime, outageTime+3*time.Minute) {
			return awstest.Throttled()
		}
		return nil
	}
	l.secrets["untag/token"].GetErr, l.secrets["untag/token"].PutErr = throttled, throttled
	l.secrets["untag/webhooks"].GetErr = func(int) error {
		if during(time.Hour, 70*time.Minute) {
			return awstest.Throttled()
		}
		return nil
	}
	l.sqs.Refuse(func(operation, url string) error {
		switch {
		case operation == "SendMessage" && url == deadURL && (during(90*time.Minute, 150*time.Minute) || during(outageTime+5*time.Minute, outageTime+10*time.Minute)),
			operation == "SendMessage" && url == eventsURL && during(4*time.Hour, 250*time.Minute),
			operation == "ChangeMessageVisibilityBatch" && during(5*time.Hour, 310*time.Minute):
			return awstest.Throttled()
		}
		return nil
	})
	received := 0
	l.sqs.Again(func(awstest.Message) bool {
		received++
		return received%50 == 0
	})
}

// sent is a webhook that was accepted.
type sent struct {
	posted
	event string
}

// traffic sends webhooks steadily, in the middle of the outage those of a mass update, and
// also messages that nobody can read. Now and then an instance dies. Before the outage, the
// access token is revoked while all instances are busy.
func (l *line) traffic(outage time.Time) []sent {
	var mu sync.Mutex
	var list []sent
	var all sync.WaitGroup
	at := func(d time.Duration, do func() []sent) {
		all.Go(func() {
			time.Sleep(time.Until(outage.Add(d)))
			did := do()
			mu.Lock()
			defer mu.Unlock()
			list = append(list, did...)
		})
	}
	for n := range webhooks {
		when := time.Duration(n)*every - before
		switch {
		case n >= steady+massUpdate:
			when = revoked - time.Duration(webhooks-n)*burst
		case n >= steady:
			when = outageTime/2 + time.Duration(n-steady)*burst
		}
		w := webhookOf(n)
		at(when, func() []sent { return []sent{{w, l.post(w.body)}} })
	}
	for _, when := range []time.Duration{-30 * time.Minute, 30 * time.Minute, outageTime + 30*time.Minute} {
		at(when, l.unreadable)
	}
	for _, when := range []time.Duration{-20 * time.Minute, 100 * time.Minute, 3*time.Hour + 10*time.Second, outageTime + 10*time.Minute, outageTime + 40*time.Minute} {
		at(when, l.killOne)
	}
	at(revoked, func() []sent {
		l.network.crm.Revoke() // as an administrator of the account may do
		return nil
	})
	all.Wait()
	return list
}

// killOne kills an instance in the middle of its next batch.
func (l *line) killOne() []sent {
	for range 10_000 {
		if l.source.Kill() {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	l.t.Error("no instance had a batch")
	return nil
}

// unreadable sends messages that are not untag's, or that hold no event.
func (l *line) unreadable() []sent {
	garbled, err := queue.Encode(event.Delivery{
		ID: time.Now().String(), Source: "zoho", Time: time.Now(), ContentType: "application/json", Body: []byte(`{"kind":`),
	})
	if err != nil {
		l.t.Fatal(err)
	}
	var list []sent
	for _, body := range []string{`{"hello":"world"}`, garbled} {
		out, err := l.sqs.SendMessage(context.Background(), &sqs.SendMessageInput{QueueUrl: aws.String(eventsURL), MessageBody: &body})
		if err != nil {
			l.t.Fatal(err)
		}
		list = append(list, sent{posted{code: "UNREADABLE"}, *out.MessageId})
	}
	return list
}

// backlog waits until no message from before Zoho's return is left in the queue, and
// returns how long that took.
func (l *line) backlog(back time.Time) time.Duration {
	time.Sleep(time.Until(back))
	l.untilNone(func(m awstest.Message) bool { return m.Sent.Before(back) })
	return time.Since(back)
}

// untilNone waits, at most a day, until the queue has no message of this kind.
func (l *line) untilNone(kind func(awstest.Message) bool) {
	for range 24 * 60 {
		if !slices.ContainsFunc(l.sqs.Messages(eventsURL), kind) {
			return
		}
		time.Sleep(time.Minute)
	}
}
