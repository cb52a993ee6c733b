package main

import "time"

// mostCallsABatch is how many calls a batch makes while Zoho is down: five failures in a
// row end it, while the other concurrent calls are still in flight.
const (
	maxFailuresInARow = 5
	mostCallsABatch   = maxFailuresInARow + concurrency - 1
	// modules is how many modules the rules name.
	modules = 4
)

// checkInvocations checks that no batch failed as a whole, and that instances died as planned.
func (l *line) checkInvocations() {
	l.t.Helper()
	died, largest := 0, 0
	for _, i := range l.source.Invocations() {
		largest = max(largest, len(i.Messages))
		switch {
		case i.Died:
			died++
		case i.TimedOut:
			l.t.Errorf("a batch of %d was not done in time", len(i.Messages))
		case i.Err != nil:
			l.t.Errorf("a batch of %d: %v", len(i.Messages), i.Err)
		}
	}
	if died == 0 || l.source.Overlaps() == 0 {
		l.t.Errorf("%d instances died, %d batches had a message of another: the test lacks something", died, l.source.Overlaps())
	}
	l.t.Logf("%d batches, the largest of %d, %d with a message that was in another; %d instances died",
		len(l.source.Invocations()), largest, l.source.Overlaps(), died)
}

// checkBounds checks that Zoho gets few calls while it is down, and few requests for
// tokens; that the backlog is soon gone when Zoho is back; and that no message came near
// the number of receives at which SQS gives it up.
func (l *line) checkBounds(drained time.Duration) {
	l.t.Helper()
	aBatch := 0
	for _, b := range l.batches {
		if at := b.at.Sub(l.network.outage); at >= 0 && at < outageTime-workerTimeout {
			aBatch = max(aBatch, b.calls)
		}
	}
	aMinute := 0
	for at := time.Duration(0); at < outageTime; at += time.Minute {
		aMinute = max(aMinute, l.network.requests(at, at+time.Minute, false))
	}
	asked := l.network.crm.Requests()
	l.t.Logf("while Zoho was down: %d calls, at most %d a minute and %d a batch; %d requests for a token",
		l.network.requests(0, outageTime, false), aMinute, aBatch, l.network.requests(0, outageTime, true))
	l.t.Logf("after its return: the backlog was gone in %v; a message was received %d times at most; %d tokens minted in all",
		drained, l.sqs.MostReceived(), asked.TokensMinted)
	for _, limit := range []struct {
		what      string
		got, most int
	}{
		{"calls for one batch while Zoho was down", aBatch, mostCallsABatch},
		// An instance has at most one batch a second, as it waits that long for messages. Each
		// batch but the first costs one call for each module.
		{"calls a minute while Zoho was down", aMinute, instances * (60*modules + mostCallsABatch)},
		// Waits of 1, 1, 1, 2, 4, 8, 16 and 32 minutes take a good hour, six of 45 take the rest.
		{"requests for a token while Zoho was down", l.network.requests(0, outageTime, true), 1 + 8 + 6},
		{"tokens minted", asked.TokensMinted, 2 + int((before+outageTime+after)/renewed)},
		// One was revoked, and one was lost with an instance that died before it shared it.
		{"tokens minted before their time", l.network.early(), 2},
		// All concurrent calls may have used the token that was revoked.
		{"calls with a token that was refused", asked.Unauthorized, instances * concurrency},
		// A delay is at most an hour. The last one starts when the dead-letter queue accepts
		// messages again, ten minutes after Zoho's return. A message whose instance then dies
		// waits once more.
		{"minutes until the backlog was gone", int(drained / time.Minute), 10 + 60 + 60 + 5},
		// Eight receives until the delay is an hour, as many in the hours after, and nearly as
		// many for the other troubles. SQS gives up a message at 250.
		{"receives of one message", l.sqs.MostReceived(), 30},
	} {
		if limit.got > limit.most {
			l.t.Errorf("%s: %d, want at most %d", limit.what, limit.got, limit.most)
		}
	}
}
