package deadletter_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/internal/deadletter"
	"untag/internal/event"
	"untag/internal/queue"
)

// failed is a message that failed so long ago.
func failed(ago time.Duration) queue.Dead {
	return queue.Dead{
		ID: "m1", Body: "the body", Readable: true, Delivery: event.Delivery{ID: "e1", Source: "zoho"},
		Reason: queue.Reason{Code: "RULE_ERROR", Rule: "deal-closed", Message: "event.x\x1b[2J is missing", Time: time.Now().Add(-ago)},
	}
}

func TestPrint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		long := failed(time.Hour)
		long.ID, long.Reason.Message = "m2", strings.Repeat("x", 70)
		unread := queue.Dead{ID: "m3"}
		var out bytes.Buffer
		if err := deadletter.Print(&out, []queue.Dead{failed(5 * time.Second), long, unread}); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"│ event.x\\x1b[2J is missing", "│ 5 s ", strings.Repeat("x", 59) + "… │ 1 h ", "│ m3      │        │             │            │"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("printed, without %q:\n%s", want, out.String())
			}
		}
		if strings.Contains(out.String(), "the body") {
			t.Errorf("the body is printed:\n%s", out.String())
		}
	})
}

func TestPrintNone(t *testing.T) {
	var out bytes.Buffer
	if err := deadletter.Print(&out, nil); err != nil || out.String() != "the dead-letter queue is empty\n" {
		t.Errorf("Print(none) = %v, %q", err, out.String())
	}
}

func TestPrintJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := queue.Dead{ID: "m2", Sent: time.Now()}
		var out bytes.Buffer
		if err := deadletter.PrintJSON(&out, []queue.Dead{failed(0), sent}); err != nil {
			t.Fatal(err)
		}
		want := `{"id":"m1","event_id":"e1","source":"zoho","code":"RULE_ERROR","rule":"deal-closed","message":"event.x\u001b[2J is missing","time":"2000-01-01T00:00:00Z"}
{"id":"m2","event_id":"","source":"","code":"","rule":"","message":"","time":"2000-01-01T00:00:00Z"}
`
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("PrintJSON: -want +got\n%s", diff)
		}
	})
}

func TestPrintOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		unreadable := failed(200 * time.Second)
		unreadable.Readable = false
		var out bytes.Buffer
		deadletter.PrintOne(&out, unreadable)
		want := `message   m1
event     e1
source    zoho
rule      deal-closed
code      RULE_ERROR
why       event.x\x1b[2J is missing
since     1999-12-31T23:56:40Z (3 min ago)
size      8 bytes
          (not a delivery that untag stored)
`
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("PrintOne: -want +got\n%s", diff)
		}
	})
}

func TestPrintOneSinceWhen(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0 s": -time.Hour, "5 s": 5500 * time.Millisecond, "3 min": 200 * time.Second, "47 h": 47*time.Hour + time.Minute, "2 days": 50 * time.Hour,
	} {
		synctest.Test(t, func(t *testing.T) {
			var out bytes.Buffer
			deadletter.PrintOne(&out, failed(d))
			if !strings.Contains(out.String(), "("+want+" ago)") {
				t.Errorf("PrintOne of %v ago, without %q:\n%s", d, want, out.String())
			}
		})
	}
}

func TestFind(t *testing.T) {
	list := []queue.Dead{{ID: "m0"}, failed(0)}
	for id, want := range map[string]string{"m0": "m0", "m1": "m1", "e1": "m1", "none": ""} {
		if one, found := deadletter.Find(list, id); one.ID != want || found != (want != "") {
			t.Errorf("Find(%q) = %q, %t, want %q", id, one.ID, found, want)
		}
	}
}
