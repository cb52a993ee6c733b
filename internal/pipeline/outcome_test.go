package pipeline_test

import (
	"encoding/json"
	"testing"
	"time"

	"untag/internal/pipeline"
	"untag/internal/zoho"
)

func TestOutcomeDue(t *testing.T) {
	due, passing, final := pipeline.Failed{Problem: pipeline.Problem{Retryable: true, Due: true}}, pipeline.Failed{Problem: pipeline.Problem{Retryable: true}}, pipeline.Failed{}
	tests := map[string]struct {
		failed []pipeline.Failed
		want   bool
	}{
		"nothing failed":                      {nil, false},
		"no token for any":                    {[]pipeline.Failed{due, due}, true},
		"no token for one, Zoho busy another": {[]pipeline.Failed{due, passing}, false},
		"no token for one, another is final":  {[]pipeline.Failed{final, due}, true},
		"all are final":                       {[]pipeline.Failed{final}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := (pipeline.Outcome{Failed: tt.failed}).Due(); got != tt.want {
				t.Errorf("Due() = %t, want %t", got, tt.want)
			}
		})
	}
}

// The sender of an event gets this. Detail may name a secret or an address.
func TestFailedJSON(t *testing.T) {
	failed := pipeline.Failed{Rule: "won", Module: "Deals", ID: "1", Tags: []string{"hot"}, Problem: pipeline.Problem{
		Code: "NO_PERMISSION", Message: "denied", Detail: "arn:aws:secret", Unsaid: true, Retryable: true, RetryAfter: time.Second,
		Due: true, Gone: true, Cause: zoho.CauseRights, OneOfSeveral: true,
	}}
	got, err := json.Marshal(pipeline.Outcome{EventID: "e", Outcome: pipeline.OutcomeFailed, Failed: []pipeline.Failed{failed}})
	want := `{"event_id":"e","outcome":"failed","removed":null,"failed":[` +
		`{"rule":"won","module":"Deals","id":"1","tags":["hot"],"code":"NO_PERMISSION","message":"denied"}],"errors":null}`
	if err != nil || string(got) != want {
		t.Errorf("Marshal = %s, %v, want %s", got, err, want)
	}
}
