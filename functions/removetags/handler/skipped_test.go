package handler_test

import (
	"strings"
	"testing"
)

// TestTheLogSaysWhyNothingCameOff: what a search found, and by which fields it was
// compared; never an address.
func TestTheLogSaysWhyNothingCameOff(t *testing.T) {
	tests := map[string]string{
		"da@example.com":     "Zoho found 1 record, none matches exactly (compared: Email, Second_Email)",
		"nobody@example.com": "Zoho found no record (searched by email)",
	}
	for email, want := range tests {
		l := newLine(t)
		var r response
		l.invoke(t, post("zoho", `{"kind":"find","email":"`+email+`"}`, nil), &r)
		if o := r.outcome(t); r.StatusCode != 200 || o.Outcome != "nothing" || len(o.Skipped) != 1 || o.Skipped[0].Reason != want {
			t.Errorf("%s: answer = %d %s, want it skipped: %s", email, r.StatusCode, r.Body, want)
		}
		if log := l.log.String(); !strings.Contains(log, want) || strings.Contains(log, "example.com") {
			t.Errorf("%s: the log = %s, want it to say %q and no address", email, log, want)
		}
	}
}
