package pipeline_test

import (
	"testing"

	"untag/internal/pipeline"
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
