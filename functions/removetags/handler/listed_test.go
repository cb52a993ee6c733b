package handler_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"untag/internal/pipeline"
)

// TestLongListsAreShortened: answers, errors and the log list at most 100 items, and say how
// many more there are. Counts include all of them.
func TestLongListsAreShortened(t *testing.T) {
	failing := ""
	l := newLine(t, withManyDeals(&failing))
	var ids []string
	for range 250 {
		ids = append(ids, fmt.Sprint(900_000+len(ids)))
	}
	body := func(ids []string) string {
		text, err := json.Marshal(map[string]any{"many": true, "ids": ids})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	var got response
	l.invoke(t, post("zoho", body(ids), nil), &got)
	o := got.outcome(t)
	if got.StatusCode != http.StatusBadGateway || len(o.Failed) != pipeline.MaxListed || o.More == nil || *o.More != (pipeline.More{Failed: 150}) {
		t.Errorf("%d with %d failed and %+v more, want 502, 100, and 150 more", got.StatusCode, len(o.Failed), o.More)
	}
	if log := l.log.String(); strings.Count(log, "INVALID_DATA") > 2*pipeline.MaxListed+10 || !strings.Contains(log, "failed_more=150") {
		t.Errorf("the log names %d failures, want at most 100 and how many more:\n%.500s", strings.Count(log, "INVALID_DATA"), log)
	}
	l.log.Reset()
	var deals []string
	for i := range 250 {
		deals = append(deals, fmt.Sprint(1000+i))
	}
	l.invoke(t, post("zoho", body(deals), nil), &got)
	if o := got.outcome(t); got.StatusCode != http.StatusOK || len(o.Removed) != pipeline.MaxListed || o.More.Removed != 150 || !strings.Contains(l.log.String(), "removed=250") {
		t.Errorf("%d with %d removed and %+v more, want 200, 100, and 150 more; log %.300s", got.StatusCode, len(o.Removed), o.More, l.log)
	}
	// A failure of an EventBridge event is an error, which Lambda logs.
	bus := `{"version":"0","id":"1","detail-type":"x","source":"com.example.crm","time":"2026-01-02T03:04:05Z","detail":{"module":"Deals","Stage":"Closed Won","id":["` + strings.Join(ids, `","`) + `"]}}`
	_, err := l.Invoke(t.Context(), []byte(bus))
	if err == nil || strings.Count(err.Error(), "deal-closed") != pipeline.MaxListed || !strings.Contains(err.Error(), "and 150 more") {
		t.Errorf("Invoke = error %.200v, want 100 failures and 150 more", err)
	}
}
