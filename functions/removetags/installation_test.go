package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"

	"untag/internal/awstest"
	"untag/internal/sandbox"
)

// brokenFor is how long the installation is broken, and waiting how many events arrive
// during that time, some of them at once.
const (
	brokenFor = 4 * time.Hour
	waiting   = 200
)

// probeInterval is how often one instance checks whether the installation was fixed.
const probeInterval = time.Minute

// syncLog is a log that several functions write to.
type syncLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *syncLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// TestABrokenInstallationGivesUpNoEvent: for four hours no call to Zoho can succeed, for a
// reason that only an administrator can fix. No event is given up, few attempts are made,
// and all events are acted on when the reason is gone.
func TestABrokenInstallationGivesUpNoEvent(t *testing.T) {
	refuse := func(code string) func(broken func() bool) func(int) error {
		return func(broken func() bool) func(int) error {
			return func(int) error {
				if broken() {
					return &smithy.GenericAPIError{Code: code, Message: "not authorized"}
				}
				return nil
			}
		}
	}
	get := func(secret, code string) func(l *line, broken func() bool) {
		return func(l *line, broken func() bool) { l.secrets[secret].GetErr = refuse(code)(broken) }
	}
	answers := func(crm, accounts condition) func(l *line, broken func() bool) {
		return func(l *line, _ func() bool) {
			l.network.phases = []phase{{until: brokenFor, crm: crm, accounts: accounts}}
		}
	}
	for name, breaks := range map[string]func(l *line, broken func() bool){
		"access to the token's secret is denied": get("untag/token", "AccessDeniedException"),
		"the key of the token's secret is gone":  get("untag/token", "DecryptionFailure"),
		"access to the credential is denied":     get("untag/zoho", "AccessDeniedException"),
		"the token cannot be written": func(l *line, broken func() bool) {
			l.secrets["untag/token"].PutErr = refuse("AccessDeniedException")(broken)
		},
		"the credential is not a credential": func(l *line, _ func() bool) {
			good := l.secrets["untag/zoho"].Current()
			l.secrets["untag/zoho"].Replace("broken", `{"client_id":"hush"}`)
			time.AfterFunc(brokenFor, func() { l.secrets["untag/zoho"].Replace("fixed", good) })
		},
		"the refresh token is revoked":          answers(nil, says(http.StatusOK, "application/json", `{"error":"invalid_code"}`)),
		"the client is unknown":                 answers(nil, says(http.StatusBadRequest, "application/json", `{"error":"invalid_client"}`)),
		"a scope is missing":                    answers(says(http.StatusUnauthorized, "application/json", `{"code":"OAUTH_SCOPE_MISMATCH","details":{},"message":"invalid oauth scope","status":"error"}`), nil),
		"the wrong data center":                 answers(says(http.StatusUnauthorized, "text/html", ""), nil),
		"the user may do nothing":               answers(says(http.StatusForbidden, "application/json", `{"code":"NO_PERMISSION","details":{},"message":"permission denied","status":"error"}`), nil),
		"the key service denies the credential": get("untag/zoho", "KMSAccessDeniedException"),
		"the CRM's plan lacks the API":          answers(says(http.StatusBadRequest, "application/json", `{"code":"LICENSE_LIMIT_EXCEEDED","details":{},"message":"the plan does not include this","status":"error"}`), nil),
		"payment is due":                        answers(says(http.StatusPaymentRequired, "application/json", `{"code":"LICENSE_EXPIRED","details":{},"message":"renew","status":"error"}`), nil),
		"the API has no such URL":               answers(says(http.StatusNotFound, "application/json", `{"code":"INVALID_URL_PATTERN","details":{},"message":"check the URL","status":"error"}`), nil),
		// However many records a call is about.
		"no rights, in an element without an id": answers(says(http.StatusOK, "application/json", `{"data":[{"code":"NO_PERMISSION","details":{},"message":"permission denied","status":"error"}]}`), nil),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { broken(t, breaks) })
		})
	}
}

func broken(t *testing.T, breaks func(l *line, broken func() bool)) {
	start := time.Now()
	records := sandbox.Records{}
	for i := range waiting {
		records["Deals"] = append(records["Deals"], map[string]any{"id": fmt.Sprint(1000 + i), "Tag": []any{"In progress", "VIP"}})
	}
	l := newLine(t, trafficRules, sandbox.Config{Records: records, Concurrency: instances * concurrency}, nil, start)
	log := &syncLog{}
	l.log = slog.New(slog.NewJSONHandler(log, nil))
	breaks(l, func() bool { return time.Since(start) < brokenFor })
	ctx, stop := context.WithCancel(t.Context())
	var polling sync.WaitGroup
	polling.Go(func() { l.source.Run(ctx) })
	for i := range waiting {
		if i%4 == 0 {
			time.Sleep(brokenFor / waiting)
		}
		l.post(fmt.Sprintf(`{"module":"Deals","id":"%d","Stage":"Closed Won"}`, 1000+i))
	}
	time.Sleep(time.Until(start.Add(brokenFor)))
	asked := l.network.requests(0, brokenFor, false) + l.network.requests(0, brokenFor, true)
	log.mu.Lock()
	lines := strings.Count(log.text.String(), `"msg":"installation"`)
	log.mu.Unlock()
	if len(l.sqs.Messages(eventsURL)) != waiting || len(l.sqs.Messages(deadURL)) > 0 || len(l.network.crm.Journal()) > 0 {
		t.Errorf("after four hours %d events wait, %d are dead, %d removals; want all to wait",
			len(l.sqs.Messages(eventsURL)), len(l.sqs.Messages(deadURL)), len(l.network.crm.Journal()))
	}
	// Each instance makes at most one attempt a minute, of two requests if a token is
	// refused.
	if most := 2 * instances * int(brokenFor/probeInterval); asked > most {
		t.Errorf("%d requests in four hours, want at most %d", asked, most)
	}
	if batches := len(l.source.Invocations()); lines == 0 || lines > batches {
		t.Errorf("%d lines about the installation in %d batches, want one a batch", lines, batches)
	}
	l.untilNone(func(awstest.Message) bool { return true })
	back := time.Since(start.Add(brokenFor))
	stop()
	polling.Wait()
	if len(l.network.crm.Journal()) != waiting || len(l.sqs.Messages(eventsURL))+len(l.sqs.Messages(deadURL))+len(l.sqs.Lost()) > 0 {
		t.Errorf("%d removals, %d events left, %d dead, %d lost; want all removed", len(l.network.crm.Journal()), len(l.sqs.Messages(eventsURL)), len(l.sqs.Messages(deadURL)), len(l.sqs.Lost()))
	}
	t.Logf("%d requests and %d lines in four hours; done after %v", asked, lines, back)
	if back > 3*time.Hour {
		t.Errorf("all was done %v after the reason was gone, want it within 3 hours", back)
	}
	if log := log.text.String(); strings.Contains(log, "hush") {
		t.Errorf("the log has something of a secret")
	}
}
