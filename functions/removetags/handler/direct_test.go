package handler_test

import (
	"encoding/json"
	"strings"
	"testing"

	"untag/internal/pipeline"
)

func bus(source, detail string) map[string]any {
	return map[string]any{
		"version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": "Deal changed",
		"source": source, "time": "2026-01-02T03:04:05Z", "detail": json.RawMessage(detail),
	}
}

func TestDirectInvoke(t *testing.T) {
	tests := map[string]struct {
		payload any
		outcome string
		err     string
	}{
		"a closed deal":                {map[string]any{"source": "zoho", "event": json.RawMessage(closed(wonDeal))}, "removed", ""},
		"a failure is an answer":       {map[string]any{"source": "zoho", "event": json.RawMessage(closed(goneDeal))}, "failed", ""},
		"a source without aws":         {map[string]any{"source": "web", "event": json.RawMessage(closed(wonDeal))}, "", "web"},
		"an unknown source":            {map[string]any{"source": "nobody", "event": json.RawMessage(closed(wonDeal))}, "", "nobody"},
		"an event that is null":        {map[string]any{"source": "zoho", "event": nil}, "", "object"},
		"an event that is a list":      {map[string]any{"source": "zoho", "event": []int{1}}, "", "object"},
		"EventBridge":                  {bus("com.example.crm", closed(wonDeal)), "removed", ""},
		"EventBridge, a failure":       {bus("com.example.crm", closed(goneDeal)), "", "INVALID_DATA"},
		"EventBridge, an alien source": {bus("com.example.other", closed(wonDeal)), "", "com.example.other"},
		"something else":               {map[string]any{"hello": "world"}, "", "unknown kind"},
		"not an object":                {[]int{1}, "", "unknown kind"},
		"Records of something else":    {map[string]any{"Records": []any{map[string]any{"eventSource": "aws:s3"}}}, "", "unknown kind"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := newLine(t)
			payload, err := json.Marshal(tt.payload)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := l.Invoke(t.Context(), payload)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("Invoke = %s, error %v, want an error with %q", answer, err, tt.err)
				}
				if tt.err != "INVALID_DATA" && len(l.crm.Journal()) > 0 {
					t.Errorf("tags were removed: %v", l.crm.Journal())
				}
				return
			}
			var o pipeline.Outcome
			if err != nil || json.Unmarshal(answer, &o) != nil || o.Outcome != tt.outcome {
				t.Errorf("Invoke = %s, error %v, want %s", answer, err, tt.outcome)
			}
		})
	}
}

// TestDirectInvokesOfUnknownSources: a refusal is logged in one short line, without the name
// of the unknown source.
func TestDirectInvokesOfUnknownSources(t *testing.T) {
	const hush = "hush-hush-hush"
	odd := "\u009b31m\u202e\u2028\x1b[2J"
	for name, source := range map[string]string{
		"a secret": hush, "without end": strings.Repeat(hush, 10_000), "with controls": odd + hush,
	} {
		t.Run(name, func(t *testing.T) {
			l := newLine(t)
			payload, err := json.Marshal(map[string]any{"source": source, "event": map[string]any{}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := l.Invoke(t.Context(), payload); err == nil || len(err.Error()) > maxRefused {
				t.Errorf("error %v, want a short one", err)
			}
			if log := l.log.String(); len(log) > maxRefused || strings.Count(log, "\n") != 1 || strings.Contains(log, hush) || !strings.Contains(log, "no such source") {
				t.Errorf("the log has %d bytes, want a short line without the name: %.1000s", len(log), log)
			}
		})
		t.Run("EventBridge, "+name, func(t *testing.T) {
			l := newLine(t)
			payload, err := json.Marshal(bus(source, `{}`))
			if err != nil {
				t.Fatal(err)
			}
			_, err = l.Invoke(t.Context(), payload)
			if err == nil || len(err.Error()) > maxRefused || strings.Contains(err.Error(), odd) {
				t.Errorf("error %v, want a short one", err)
			}
			if l.log.Len() > maxRefused {
				t.Errorf("the log has %d bytes: %.1000s", l.log.Len(), l.log)
			}
		})
	}
}
