package local

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// TestRecordingDoesNotHoldUp: a disk that does not answer holds up one answer for a moment, and
// is said.
func TestRecordingDoesNotHoldUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said []string
		r := &recordings{folder: "received", waiting: make(chan answered, mostWaiting), written: make(chan struct{})}
		r.say = func(source, outcome, detail string) { said = append(said, source+" "+outcome+": "+detail) }
		start := time.Now()
		for range mostWaiting + 2 {
			r.add(answered{source: "zoho"}) // nothing takes them
		}
		if waited := time.Since(start); waited != patience || len(said) != 2 || !strings.HasPrefix(said[0], "zoho not written: 100 requests already wait") {
			t.Errorf("waited %s, said %q; want one short wait, and two requests that are not written", waited, said)
		}
		r.end()
		if waited := time.Since(start); waited != patience+lastWrites || len(said) != 3 || !strings.Contains(said[2], "the last 101 requests, as received does not answer") {
			t.Errorf("ended after %s, said %q", waited, said)
		}
		r.add(answered{source: "zoho"}) // a request that ends late
		if len(said) != 4 {
			t.Errorf("said %q, want a line for the late request", said)
		}
	})
}

// TestRecordingsAreNeverReplaced: a file that exists keeps its content.
func TestRecordingsAreNeverReplaced(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "a", "b")
	at := time.Date(2026, 3, 2, 10, 15, 30, 7e6, time.UTC)
	request := events.APIGatewayV2HTTPRequest{RequestContext: events.APIGatewayV2HTTPRequestContext{TimeEpoch: at.UnixMilli()}}
	var names []string
	for range 2 { // two runs
		r, err := newRecordings(folder, func() stripper { return stripper{} })
		if err != nil {
			t.Fatal(err)
		}
		for _, source := range []string{"zoho", "../../" + strings.Repeat("x", 300)} {
			file, err := r.write(source, request)
			if err != nil || filepath.Dir(file) != folder {
				t.Fatalf("wrote %s: %v", file, err)
			}
			names = append(names, filepath.Base(file))
		}
	}
	unique := slices.Compact(slices.Sorted(slices.Values(names)))
	if len(unique) != 4 || names[0] != "20260302T101530.007Z-0001-zoho.json" || names[1] != "20260302T101530.007Z-0002-______"+strings.Repeat("x", 34)+".json" {
		t.Errorf("names %q, want four", names)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 4 {
		t.Errorf("%d files, %v; want four", len(left), err)
	}
}
