package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"untag/internal/awstest"
	"untag/internal/rules"
	"untag/internal/rulesurl"
)

// place is where RULES_URL points to.
type place struct {
	mu    sync.Mutex
	file  string
	err   error
	delay time.Duration
	reads int
}

func (p *place) Read(ctx context.Context) ([]byte, error) {
	p.mu.Lock()
	file, err, delay := p.file, p.err, p.delay
	p.reads++
	p.mu.Unlock()
	select {
	case <-time.After(delay):
		return []byte(file), err
	case <-ctx.Done():
		return nil, &rulesurl.Error{Reason: "S3 does not answer", Err: ctx.Err(), Temporary: true}
	}
}

func (p *place) set(file string, err error, delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.file, p.err, p.delay = file, err, delay
}

// rulesOf returns a rules file with one source.
func rulesOf(source string) string {
	return "version: 1\nsources: {" + source + ": {verify: token}}\nrules: [{name: r, on: " + source + ", when: 'true', record: {module: Deals, id: event.id}, remove: [A]}]\n"
}

const badRules = "version: 1\nsources: {good: {verifi: token}}\nrules: []\n"

// started is a function with RULES_URL.
type started struct {
	t   *testing.T
	log bytes.Buffer
	lambda.Handler
}

func startAt(t *testing.T, at *place) *started {
	t.Helper()
	s := &started{t: t}
	env := map[string]string{"WEBHOOK_SECRET_ID": "untag/webhooks", "QUEUE_URL": eventsURL, "RULES_URL": "s3://bucket/rules.yaml"}
	secrets := awstest.Secrets{"untag/webhooks": awstest.NewSecret(`{}`)}
	outside := remote{secrets: secretsManager{get: secrets.GetSecretValue}, rules: at}
	getenv := func(name string) string { return env[name] }
	c, err := readConfig(getenv, nil)
	if err != nil {
		t.Fatal(err)
	}
	log := newLog(&s.log, slog.LevelInfo)
	if s.Handler, err = newFunction(c, newStore(outside, getenv, log), outside, log); err != nil {
		t.Fatal(err)
	}
	return s
}

// answers expects that the function knows exactly this source: an unknown one is answered
// with 404, and one without a stored secret with 401.
func (s *started) answers(source string) {
	s.t.Helper()
	for _, name := range []string{"one", "two", "three"} {
		want := 404
		if name == source {
			want = 401
		}
		s.post(name, want)
	}
}

func (s *started) post(source string, want int) {
	s.t.Helper()
	payload := fmt.Sprintf(`{"version":"2.0","rawPath":"/webhooks/%s","body":"{}","headers":{"x-webhook-token":"a-token"},"requestContext":{"http":{"method":"POST"}}}`, source)
	answer, err := s.Invoke(s.t.Context(), []byte(payload))
	var got struct {
		StatusCode int `json:"statusCode"`
	}
	if err != nil || json.Unmarshal(answer, &got) != nil || got.StatusCode != want {
		s.t.Errorf("source %s: Invoke = %s, %v, want %d", source, answer, err, want)
	}
}

func (s *started) logged(text string, times int) {
	s.t.Helper()
	synctest.Wait()
	if n := strings.Count(s.log.String(), text); n != times {
		s.t.Errorf("the log has %q %d times, want %d:\n%s", text, n, times, &s.log)
	}
}

func TestANewVersionCountsAfterAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := &place{file: rulesOf("one")}
		f := startAt(t, at)
		f.answers("one")
		at.set(rulesOf("two"), nil, 0)
		time.Sleep(lookEvery - time.Second)
		f.answers("one")
		if at.reads != 1 {
			t.Errorf("the file was read %d times within a minute, want once", at.reads)
		}
		time.Sleep(time.Second)
		f.answers("two")
		f.logged(`"rules":"`+rules.VersionOf([]byte(rulesOf("one")))+`"`, 1)
		f.logged(`"rules":"`+rules.VersionOf([]byte(rulesOf("two")))+`"`, 1)
		at.set("", rulesurl.ErrUnchanged, 0)
		time.Sleep(lookEvery)
		f.answers("two")
		f.logged(`"message":"rules"`, 2)
	})
}

func TestABadVersionChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := &place{file: rulesOf("one")}
		f := startAt(t, at)
		for range 3 {
			at.set(badRules, nil, 0)
			time.Sleep(lookEvery)
			f.answers("one")
		}
		f.logged(`"message":"installation"`, 1)
		f.logged(`did you mean `+"`verify`", 1)
		f.logged(rules.VersionOf([]byte(badRules))+" of the rules is refused", 1)

		other := strings.Replace(badRules, "verifi", "verifyy", 1)
		at.set(other, nil, 0)
		time.Sleep(lookEvery)
		f.answers("one")
		f.logged(`"message":"installation"`, 2)

		// The last good version returns; the bad one after it is reported again.
		at.set(rulesOf("one"), nil, 0)
		time.Sleep(lookEvery)
		f.answers("one")
		f.logged(`"message":"rules"`, 1)
		at.set(other, nil, 0)
		time.Sleep(lookEvery)
		f.answers("one")
		f.logged(`"message":"installation"`, 3)
		at.set(rulesOf("two"), nil, 0)
		time.Sleep(lookEvery)
		f.answers("two")
	})
}

// TestAPlaceOutOfReachDelaysNothingForLong: the old version goes on, and a slow answer counts
// from the next invocation.
func TestAPlaceOutOfReachDelaysNothingForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := &place{file: rulesOf("one")}
		f := startAt(t, at)
		at.set(rulesOf("two"), nil, 2*time.Second)
		time.Sleep(lookEvery)
		before := time.Now()
		f.post("two", 404)
		if took := time.Since(before); took != lookDelay {
			t.Errorf("a slow look delayed invocations by %v, want %v", took, lookDelay)
		}
		f.answers("one")
		time.Sleep(2 * time.Second)
		f.answers("two")

		at.set("", nil, time.Hour)
		time.Sleep(lookEvery)
		f.answers("two")
		time.Sleep(lookTimeout)
		f.logged("cannot be read: S3 does not answer", 1)
		at.set("", errors.New("gone"), 0)
		time.Sleep(lookEvery)
		f.answers("two")
		f.logged(`"message":"installation"`, 0)
		f.logged(`"level":"WARN","message":"rules"`, 2)
		at.set(rulesOf("three"), nil, 0)
		time.Sleep(lookEvery)
		f.answers("three")
	})
}

// TestAFunctionWithoutRulesAcceptsNothing, and looks again at each invocation.
func TestAFunctionWithoutRulesAcceptsNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		file string
		err  error
		says string
	}{
		"bad":     {badRules, nil, "did you mean `verify`"},
		"missing": {"", &rulesurl.Error{Reason: "S3 answered HTTP 404"}, "the rules at s3://bucket/rules.yaml cannot be read: S3 answered HTTP 404"},
		"away":    {"", &rulesurl.Error{Reason: "S3 does not answer", Temporary: true}, "cannot be read: S3 does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				at := &place{file: tt.file, err: tt.err}
				f := startAt(t, at)
				f.post("one", 503)
				if !strings.Contains(f.log.String(), tt.says) || !strings.Contains(f.log.String(), `"message":"installation"`) {
					t.Errorf("the log lacks %q:\n%s", tt.says, &f.log)
				}
				for _, payload := range []string{
					`{"source":"one","event":{}}`,
					`{"detail-type":"a","source":"one","detail":{}}`,
					`{"Records":[{"eventSource":"aws:sqs","messageId":"1","body":"{}"}]}`,
				} {
					if answer, err := f.Invoke(t.Context(), []byte(payload)); err == nil || !strings.Contains(err.Error(), "RULES_URL") {
						t.Errorf("Invoke(%s) = %s, %v, want an error that names RULES_URL", payload, answer, err)
					}
				}
				f.validates(rulesOf("one"), "")
				f.validates(badRules, "did you mean `verify`")
				at.set(rulesOf("one"), nil, 0)
				f.answers("one")
			})
		})
	}
}

// TestAStartWaitsForAPlaceThatIsSlow: AppConfig's extension may start after the function.
func TestAStartWaitsForAPlaceThatIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := &place{file: rulesOf("one"), err: &rulesurl.Error{Reason: "refused", Temporary: true}}
		time.AfterFunc(time.Second, func() { at.set(rulesOf("one"), nil, 0) })
		before := time.Now()
		f := startAt(t, at)
		if took := time.Since(before); took < time.Second || took > startTimeout {
			t.Errorf("the start took %v", took)
		}
		f.answers("one")
		before = time.Now()
		startAt(t, &place{err: &rulesurl.Error{Reason: "refused", Temporary: true}})
		if took := time.Since(before); took > startTimeout {
			t.Errorf("the start took %v, want at most %v", took, startTimeout)
		}
	})
}

func (s *started) validates(file, want string) {
	s.t.Helper()
	payload, err := json.Marshal(map[string]string{
		"applicationId": "abc", "configurationId": "def", "configurationVersion": "2", "uri": "hosted",
		"content": base64.StdEncoding.EncodeToString([]byte(file)),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := s.Invoke(s.t.Context(), payload)
	if want == "" && (err != nil || string(answer) != "null") || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		s.t.Errorf("validate = %s, %v, want %q", answer, err, want)
	}
}

// TestAppConfigValidatesRules: whatever rules the function itself runs by.
func TestAppConfigValidatesRules(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := startAt(t, &place{file: rulesOf("one")})
		f.validates(rulesOf("two"), "")
		f.validates(badRules, "rules.yaml:2:18: ")
		f.validates("", "the file is empty")
		f.validates(strings.Replace(rulesOf("two"), "Deals", "No_Such-Module", 1), "rules.yaml:3:")
		many := "version: 1\nsources: {one: {verify: token}}\nrules:\n" + strings.Repeat("  - {nam: r}\n", 500)
		f.validates(many, "more; `untag check` lists all")
		if _, err := f.Invoke(t.Context(), []byte(`{"applicationId":"a","configurationId":"b","uri":"u","content":"%%%"}`)); err == nil || !strings.Contains(err.Error(), "not base64") {
			t.Errorf("content that is not base64: %v", err)
		}
		f.answers("one")
	})
}
