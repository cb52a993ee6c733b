package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"untag/functions/removetags/handler"
	"untag/internal/awstest"
)

const hostsRules = `version: 1
sources: {manual: {verify: aws}}
rules:
  - {name: r, on: manual, when: event.go, record: {module: Deals, id: event.id}, remove: [In progress]}
`

// zohoHosts simulates Zoho's hosts: accounts servers, and APIs of which one accepts tokens.
type zohoHosts struct {
	// home is the one API host that accepts tokens.
	home string

	mu     sync.Mutex
	asked  []string
	minted int
}

func (w *zohoHosts) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, r.URL.Host)
	answer := httptest.NewRecorder()
	switch {
	case strings.HasPrefix(r.URL.Path, "/oauth/"):
		w.minted++
		fmt.Fprintf(answer, `{"access_token":"a-token-of-zoho-%d","api_domain":"https://www.zohoapis.eu","expires_in":3600}`, w.minted)
	case r.URL.Host != w.home:
		answer.WriteHeader(http.StatusUnauthorized)
	default:
		id := strings.Split(r.URL.Path, "/")[4]
		fmt.Fprintf(answer, `{"data":[{"code":"SUCCESS","details":{"id":%q,"tags":[]}}]}`, id)
	}
	return answer.Result(), nil
}

func rulesFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// atHome starts the function with a credential, a stored token and further settings.
func atHome(t *testing.T, w *zohoHosts, credential, stored string, env map[string]string, log *bytes.Buffer) (*handler.Handler, awstest.Secrets) {
	t.Helper()
	l := &line{t: t, log: slog.New(slog.NewTextHandler(log, nil)), rules: rulesFile(t, hostsRules), sqs: awstest.NewSQS()}
	l.secrets = awstest.Secrets{"untag/zoho": awstest.NewSecret(credential), "untag/token": awstest.NewSecret(stored)}
	settings := map[string]string{"ZOHO_SECRET_ID": "untag/zoho", "ZOHO_TOKEN_SECRET_ID": "untag/token"}
	for name, value := range env {
		settings[name] = value
	}
	return l.function(settings, w), l.secrets
}

const directEvent = `{"source":"manual","event":{"go":true,"id":"1000"}}`

func credentialOf(more string) string {
	return `{"client_id":"c","client_secret":"s","refresh_token":"r","data_center":"eu"` + more + `}`
}

func TestWhereTheFunctionCalls(t *testing.T) {
	stored := func(domain string) string {
		return fmt.Sprintf(`{"access_token":"a-token-that-was-stored","expires_at":%q,"api_domain":%q}`, time.Now().Add(time.Hour).Format(time.RFC3339), domain)
	}
	tests := map[string]struct {
		credential, stored string
		env                map[string]string
		want               []string
		logged             []string
	}{
		"production":                       {credentialOf(""), "{}", nil, []string{"accounts.zoho.eu", "www.zohoapis.eu"}, nil},
		"a sandbox":                        {credentialOf(`,"environment":"sandbox"`), "{}", nil, []string{"accounts.zoho.eu", "sandbox.zohoapis.eu"}, []string{"www.zohoapis.eu", "sandbox.zohoapis.eu", "not used"}},
		"by the variable":                  {credentialOf(""), "{}", map[string]string{"ZOHO_ENVIRONMENT": "developer"}, []string{"accounts.zoho.eu", "developer.zohoapis.eu"}, []string{"developer.zohoapis.eu"}},
		"the credential goes before":       {credentialOf(`,"environment":"sandbox"`), "{}", map[string]string{"ZOHO_ENVIRONMENT": "developer"}, []string{"accounts.zoho.eu", "sandbox.zohoapis.eu"}, nil},
		"all replaced":                     {credentialOf(`,"environment":"sandbox"`), "{}", map[string]string{"ZOHO_API_URL": "https://proxy.example"}, []string{"accounts.zoho.eu", "proxy.example"}, []string{"proxy.example", "ZOHO_API_URL"}},
		"a stored token":                   {credentialOf(""), stored("https://www.zohoapis.eu"), nil, []string{"www.zohoapis.eu"}, nil},
		"a stored token, a sandbox now":    {credentialOf(`,"environment":"sandbox"`), stored("https://www.zohoapis.eu"), nil, []string{"sandbox.zohoapis.eu"}, nil},
		"a stored token of another center": {credentialOf(""), stored("https://www.zohoapis.com"), nil, []string{"accounts.zoho.eu", "www.zohoapis.eu"}, []string{"data center us"}},
		"a stored token of somebody":       {credentialOf(""), stored("https://evil.example"), nil, []string{"accounts.zoho.eu", "www.zohoapis.eu"}, []string{"evil.example", "not one of Zoho's"}},
		"of somebody, in a sandbox":        {credentialOf(`,"environment":"sandbox"`), stored("https://evil.example"), nil, []string{"accounts.zoho.eu", "sandbox.zohoapis.eu"}, []string{"evil.example"}},
		"a stored token without a host":    {credentialOf(""), stored(""), nil, []string{"www.zohoapis.eu"}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := &zohoHosts{home: tt.want[len(tt.want)-1]}
			var log bytes.Buffer
			h, _ := atHome(t, w, tt.credential, tt.stored, tt.env, &log)
			answer, err := h.Invoke(t.Context(), []byte(directEvent))
			if err != nil || !strings.Contains(string(answer), `"outcome":"removed"`) {
				t.Errorf("answer %s, %v, want removed", answer, err)
			}
			if !slices.Equal(w.asked, tt.want) {
				t.Errorf("asked %q, want %q", w.asked, tt.want)
			}
			for _, part := range tt.logged {
				if !strings.Contains(log.String(), part) {
					t.Errorf("the log lacks %q:\n%s", part, log.String())
				}
			}
			if strings.Contains(log.String(), "a-token") {
				t.Errorf("the log has a token:\n%s", log.String())
			}
		})
	}
}

// TestAWrongHostForAThousandEvents: Zoho issues fewer tokens to all instances than the ten
// in ten minutes that lock an account out.
func TestAWrongHostForAThousandEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &zohoHosts{home: "sandbox.zohoapis.eu"}
		var log bytes.Buffer
		h, shared := atHome(t, w, credentialOf(""), "{}", nil, &log)
		for i := range 1000 {
			if i%100 == 50 { // another instance, which knows nothing about the calls before
				l := &line{t: t, log: slog.New(slog.DiscardHandler), rules: rulesFile(t, hostsRules), sqs: awstest.NewSQS(), secrets: shared}
				h = l.function(map[string]string{"ZOHO_SECRET_ID": "untag/zoho", "ZOHO_TOKEN_SECRET_ID": "untag/token"}, w)
			}
			answer, err := h.Invoke(t.Context(), []byte(directEvent))
			var outcome struct {
				Outcome string
				Failed  []struct{ Message string }
			}
			if err := json.Unmarshal(answer, &outcome); err != nil || outcome.Outcome != "failed" {
				t.Fatalf("answer %s, %v, want failed", answer, err)
			}
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(600 * time.Millisecond)
		}
		if w.minted < 2 || w.minted > 9 {
			t.Errorf("minted %d tokens in ten minutes, want 2 to 9", w.minted)
		}
		for _, part := range []string{"www.zohoapis.eu", "data center", "sandbox or developer organisation"} {
			if !strings.Contains(log.String(), part) {
				t.Errorf("the log lacks %q", part)
			}
		}
	})
}
