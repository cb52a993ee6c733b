package handler_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"untag/functions/removetags/handler"
)

// TestAnIDThatTheSenderRounded: if Zoho does not know the record, its event is not done. An
// id that came as text, or that Zoho knows, is treated as usual.
func TestAnIDThatTheSenderRounded(t *testing.T) {
	const unknown, known = "5725767000000524000", "5725767000000525000"
	tests := map[string]struct {
		id      string
		outcome string
		code    string // of the failure, or of the error
		says    string
		gone    bool
	}{
		"a number that Zoho does not know": {unknown, "failed", "ID_ROUNDED", "rounded", false},
		"one that Zoho knows":              {known, "removed", "", "", false},
		"as text":                          {`"` + unknown + `"`, "failed", "INVALID_DATA", "may have rounded it", true},
		"not rounded, a number":            {"5725767000000524159", "failed", "INVALID_DATA", "", true},
		"not rounded, as text":             {`"5725767000000524159"`, "failed", "INVALID_DATA", "", true},
		"with the old prefix":              {`"zcrm_5725767000000524157"`, "removed", "", "", false},
		"a list":                           {"[5725767000000525000, " + unknown + "]", "failed", "ID_ROUNDED", "rounded", false},
		"in exponent notation":             {`"5.725767000000524e+18"`, "nothing", "", "exponent notation", false},
		"in exponent notation, a number":   {"5.725767000000524e+18", "nothing", "", "exponent notation", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			body := `{"module":"Deals","id":` + tt.id + `,"Stage":"Closed Won"}`
			var r response
			newLine(t).invoke(t, post("zoho", body, nil), &r)
			o := r.outcome(t)
			if o.Outcome != tt.outcome || len(o.Failed) > 0 != (tt.code != "") || tt.code != "" && o.Failed[0].Code != tt.code || !strings.Contains(r.Body, tt.says) {
				t.Errorf("answer = %d %s, want %s, %s, saying %q", r.StatusCode, r.Body, tt.outcome, tt.code, tt.says)
			}
			if o.Retryable() || tt.says == "" && strings.Contains(r.Body, "rounded") {
				t.Errorf("answer = %d %s, want it final, and no word of rounding unless it may be so", r.StatusCode, r.Body)
			}

			messages := &fakeMessages{}
			l := newLine(t, func(_ *line, c *handler.Config) { c.Messages = messages })
			var answer events.SQSEventResponse
			l.invoke(t, events.SQSEvent{Records: []events.SQSMessage{stored(t, "m", "", body)}}, &answer)
			want := tt.code
			switch {
			case tt.gone:
				want = ""
			case tt.outcome == "nothing":
				want = handler.CodeRuleError
			}
			if got := strings.Join(messages.codes, " "); got != want || len(answer.BatchItemFailures) > 0 {
				t.Errorf("dead letter with %q with %v sent back, want %q", got, failures(answer), want)
			}
			if want == "ID_ROUNDED" && !strings.Contains(l.log.String(), "rounded it") {
				t.Errorf("the log = %s, want it to say that the id was rounded", l.log.String())
			}
		})
	}
}

// TestARoundedIDThatIsLookedUp: the same if a rule reads the record first.
func TestARoundedIDThatIsLookedUp(t *testing.T) {
	for id, want := range map[string][2]string{
		"5725767000000524000":   {"failed", "ID_ROUNDED"},
		`"5725767000000524000"`: {"nothing", "may have rounded it"},
		"5725767000000524159":   {"nothing", "the record is no longer in the CRM"},
		"5725767000000525000":   {"removed", ""},
	} {
		var r response
		newLine(t).invoke(t, post("zoho", `{"kind":"look","id":`+id+`}`, nil), &r)
		if o := r.outcome(t); o.Outcome != want[0] || !strings.Contains(r.Body, want[1]) {
			t.Errorf("%s: answer = %d %s, want %s, saying %q", id, r.StatusCode, r.Body, want[0], want[1])
		}
	}
}
