package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/internal/sandbox"
)

const removeVIP = "/crm/v2/Deals/" + won + "/actions/remove_tags?tag_names=VIP"

func TestFaults(t *testing.T) {
	tests := map[string]struct {
		faults sandbox.Faults
		check  func(resp *http.Response, body string, err error) bool
		// sometimes means that the removal is done in some of the calls, but not in all.
		sometimes bool
	}{
		"429": {sandbox.Faults{TooMany: 1}, func(r *http.Response, body string, err error) bool {
			return r.StatusCode == 429 && r.Header.Get("Retry-After") == "" && strings.Contains(body, "TOO_MANY_REQUESTS")
		}, false},
		"429 with Retry-After": {sandbox.Faults{TooManyAfter: 1, RetryAfter: 7 * time.Second}, func(r *http.Response, body string, err error) bool {
			return r.StatusCode == 429 && r.Header.Get("Retry-After") == "7"
		}, false},
		"500": {sandbox.Faults{Internal: 1}, func(r *http.Response, body string, err error) bool {
			return r.StatusCode == 500 && strings.HasPrefix(body, `{"code":"INTERNAL_ERROR"`)
		}, true},
		"HTML": {sandbox.Faults{HTML: 1}, func(r *http.Response, body string, err error) bool {
			return r.StatusCode == 502 && strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") && strings.HasPrefix(body, "<html>")
		}, true},
		"reset": {sandbox.Faults{Reset: 1}, func(r *http.Response, body string, err error) bool {
			return r == nil && (errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF))
		}, true},
		"half": {sandbox.Faults{Half: 1}, func(r *http.Response, body string, err error) bool {
			return r.StatusCode == 200 && errors.Is(err, io.ErrUnexpectedEOF) && strings.HasPrefix(body, `{"data"`) && !json.Valid([]byte(body))
		}, true},
		"locked": {sandbox.Faults{Locked: 1}, func(r *http.Response, body string, err error) bool {
			return r.StatusCode == 400 && strings.HasPrefix(body, `{"data":[{"code":"RECORD_LOCKED","details":{"id":"`+won+`"}`) &&
				strings.HasSuffix(body, `"locked_count":"1"}`)
		}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			done := 0
			const tries = 30
			for seed := range uint64(tries) {
				faults := test.faults
				faults.Seed = seed
				z := serve(t, sandbox.Config{Faults: &faults})
				if resp, body, err := z.try("POST", removeVIP, ""); !test.check(resp, body, err) {
					t.Fatalf("answer = %v %q %v", resp, body, err)
				}
				done += len(z.Journal())
			}
			if test.sometimes && (done == 0 || done == tries) || !test.sometimes && done > 0 {
				t.Errorf("%d of %d removals were done", done, tries)
			}
		})
	}
}

func TestRevokedEarly(t *testing.T) {
	z := serve(t, sandbox.Config{Faults: &sandbox.Faults{Revoked: 1}})
	for range 2 {
		if status, got := z.call("POST", removeVIP, ""); status != 401 || !strings.Contains(got, "INVALID_TOKEN") {
			t.Errorf("answer = %d %s, want 401 INVALID_TOKEN", status, got)
		}
	}
	if n := z.Requests(); n.Faulty != 1 || n.TokensRevoked != 1 || n.Unauthorized != 1 {
		t.Errorf("Requests() = %+v, want one revoked by fault and one refused after", n)
	}
	z.wantTags("Deals", won, "In progress", "VIP")
}

// TestRevokedInEveryForm checks that a token that has ended is refused in every form: with
// one of the codes, a page, or no body.
func TestRevokedInEveryForm(t *testing.T) {
	z := serve(t, sandbox.Config{Faults: &sandbox.Faults{Revoked: 1}})
	met := make(map[string]bool)
	for range 60 {
		resp, body, err := z.try("GET", "/crm/v2/org", "")
		if err != nil || resp.StatusCode != 401 {
			t.Fatalf("answer = %v, %v, want 401", resp, err)
		}
		switch {
		case body == "" && resp.Header.Get("Content-Type") == "":
			met["nothing"] = true
		case strings.HasPrefix(body, "<html>"):
			met["a page"] = true
		default:
			for _, code := range []string{"INVALID_TOKEN", "AUTHENTICATION_FAILURE", "AUTHENTICATION_FAILED"} {
				if strings.Contains(body, `"`+code+`"`) {
					met[code] = true
				}
			}
		}
		form := z.refreshForm()
		form.Set("grant_type", "authorization_code")
		form.Set("code", z.Code())
		_, minted := z.askToken(form.Encode(), "", "")
		z.token, _ = minted["access_token"].(string)
	}
	if len(met) != 5 {
		t.Errorf("met %v, want five forms", met)
	}
}

// outcomes returns the results of a sequence of 300 removals, and the tags at the end.
func outcomes(t *testing.T, seed uint64) []string {
	records := sandbox.Records{}
	for i := range 300 {
		records["Deals"] = append(records["Deals"], map[string]any{"id": fmt.Sprint(1000 + i), "Tag": []any{"VIP"}})
	}
	z := serve(t, sandbox.Config{Records: records, Faults: sandbox.EvenFaults(seed, 0.5)})
	var list []string
	for i := range 300 {
		resp, body, err := z.try("POST", fmt.Sprintf("/crm/v2/Deals/%d/actions/remove_tags?tag_names=VIP", 1000+i), "")
		tags, _ := z.Tags("Deals", fmt.Sprint(1000+i))
		status := 0
		if resp != nil {
			status = resp.StatusCode
		}
		list = append(list, fmt.Sprint(status, body, err != nil, tags))
	}
	return list
}

func TestASeedGivesTheSameFaults(t *testing.T) {
	first, again, other := outcomes(t, 1), outcomes(t, 1), outcomes(t, 2)
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("same seed (-first +again):\n%s", diff)
	}
	if cmp.Equal(first, other) {
		t.Error("another seed causes the same faults")
	}
	failed := 0
	for _, text := range first {
		if !strings.Contains(text, "SUCCESS") {
			failed++
		}
	}
	if failed < 100 || failed > 200 {
		t.Errorf("%d of 300 failed, want about 150", failed)
	}
}

func TestSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sb := sandbox.New(sandbox.Config{Records: someRecords(t), Faults: &sandbox.Faults{Slow: 1, Delay: time.Minute}})
		token := recordedToken(t, sb)
		ask := func(ctx context.Context) *httptest.ResponseRecorder {
			r := httptest.NewRequestWithContext(ctx, "POST", removeVIP, nil)
			r.Header.Set("Authorization", "Zoho-oauthtoken "+token)
			return recorded(sb, r, "")
		}
		start := time.Now()
		if w := ask(t.Context()); w.Code != 200 || time.Since(start) != time.Minute {
			t.Errorf("slow answer = %d after %v, want 200 after 1m", w.Code, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start = time.Now()
		if w := ask(ctx); w.Body.Len() != 0 || time.Since(start) != time.Second {
			t.Errorf("client gone: %q after %v, want nothing after 1s", w.Body, time.Since(start))
		}
	})
}

func TestConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sb := sandbox.New(sandbox.Config{
			Records: someRecords(t), Concurrency: 5, Faults: &sandbox.Faults{Slow: 1, Delay: time.Second},
		})
		token := recordedToken(t, sb)
		var mu sync.Mutex
		got := map[int]int{}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				r := httptest.NewRequest("GET", "/crm/v2/org", nil)
				r.Header.Set("Authorization", "Zoho-oauthtoken "+token)
				w := recorded(sb, r, "")
				mu.Lock()
				defer mu.Unlock()
				got[w.Code]++
			})
		}
		all.Wait()
		if diff := cmp.Diff(map[int]int{200: 5, 429: 3}, got); diff != "" {
			t.Errorf("statuses (-want +got):\n%s", diff)
		}
		if n := sb.Requests(); n.Throttled != 3 || n.MostAtOnce != 5 || n.CRM != 8 {
			t.Errorf("Requests() = %+v, want 8 calls, 3 throttled, 5 at once", n)
		}
	})
}
