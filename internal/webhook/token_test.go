package webhook_test

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"untag/internal/event"
	"untag/internal/webhook"
)

const good = "a-secret-of-the-tests"

// refusedFor returns why a request was refused, "" if it was not.
func refusedFor(t *testing.T, schemes []event.Scheme, secrets []string, req webhook.Request) string {
	t.Helper()
	req.Source = "s"
	r := webhook.New(webhook.Config{Sources: []event.Source{{Name: "s", Verify: schemes}}, Secrets: stored{"s": secrets}})
	d, err := r.Verify(t.Context(), req)
	if err == nil {
		if d.Proof == "" {
			t.Error("a delivery without proof")
		}
		return ""
	}
	var e *webhook.Error
	if !errors.As(err, &e) || e.Kind != webhook.Unverified {
		t.Fatalf("Verify = %v, want kind Unverified", err)
	}
	if len(schemes) == 1 && len(strconv.Quote(err.Error())) > 256 {
		t.Errorf("error %v does not fit in a line of the log", err)
	}
	for _, secret := range secrets {
		if strings.Contains(err.Error(), strings.TrimSpace(secret)) {
			t.Errorf("error %v shows the secret", err)
		}
	}
	return e.Reason
}

func TestTokenInEitherPlace(t *testing.T) {
	either := []event.Scheme{{Kind: "token", Header: "X-Webhook-Token", Query: "key"}}
	header := func(values ...string) http.Header { return http.Header{"X-Webhook-Token": values} }
	tests := map[string]struct {
		header http.Header
		query  string
		want   string
	}{
		"in the header":           {header(good), "", ""},
		"in the query":            {nil, "a=1&key=" + good, ""},
		"in both":                 {header(good), "key=" + good, ""},
		"one right, one wrong":    {header("wrong"), "key=" + good, ""},
		"the other wrong":         {header(good), "key=wrong", ""},
		"two headers as well":     {header(good, good), "key=" + good, ""},
		"nowhere":                 {nil, "", "no header X-Webhook-Token; no query parameter key"},
		"two headers":             {header(good, good), "", "more than one header X-Webhook-Token; no query parameter key"},
		"two parameters":          {nil, "key=" + good + "&key=" + good, "no header X-Webhook-Token; more than one query parameter key"},
		"both wrong":              {header("wrong"), "key=wrong", "the token is not the stored one; the token is not the stored one"},
		"halves":                  {header(good[:10]), "key=" + good[10:], "the token is not the stored one; the token is not the stored one"},
		"the name of the other":   {http.Header{"Key": {good}}, "X-Webhook-Token=" + good, "no header X-Webhook-Token; no query parameter key"},
		"an empty header, though": {header(""), "key=" + good, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := refusedFor(t, either, []string{good}, webhook.Request{Header: tt.header, RawQuery: tt.query}); got != tt.want {
				t.Errorf("refused for %q, want %q", got, tt.want)
			}
		})
	}
}

func TestTokenWithPrefix(t *testing.T) {
	bearer := []event.Scheme{{Kind: "token", Header: "Authorization", Prefix: "Bearer "}}
	tests := map[string]struct {
		values []string
		want   string
	}{
		"as written":       {[]string{"Bearer " + good}, ""},
		"in lower case":    {[]string{"bearer " + good}, ""},
		"in capitals":      {[]string{"BEARER " + good}, ""},
		"two blanks":       {[]string{"Bearer  " + good}, ""},
		"without":          {[]string{good}, `header Authorization does not begin with "Bearer "`},
		"another scheme":   {[]string{"Token " + good}, `header Authorization does not begin with "Bearer "`},
		"without a blank":  {[]string{"Bearer" + good}, `header Authorization does not begin with "Bearer "`},
		"the word alone":   {[]string{"Bearer"}, `header Authorization does not begin with "Bearer "`},
		"nothing after it": {[]string{"Bearer "}, `nothing follows "Bearer " in header Authorization`},
		"a wrong token":    {[]string{"Bearer wrong"}, "the token is not the stored one"},
		"in another case":  {[]string{"Bearer " + strings.ToUpper(good)}, "the token differs from the stored secret in upper and lower case"},
		"twice":            {[]string{"Bearer " + good, "Bearer " + good}, "more than one header Authorization"},
		"a longer K":       {[]string{"Bearer " + strings.Replace(good, "s", "\u017f", 1)}, "the token is not the stored one"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := refusedFor(t, bearer, []string{good}, webhook.Request{Header: http.Header{"Authorization": tt.values}}); !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") {
				t.Errorf("refused for %q, want %q", got, tt.want)
			}
		})
	}
	// Extra spaces are ignored only after a word such as Bearer, not after key=.
	key := []event.Scheme{{Kind: "token", Header: "X-Key", Prefix: "key="}}
	if got := refusedFor(t, key, []string{good}, webhook.Request{Header: http.Header{"X-Key": {"key= " + good}}}); got == "" {
		t.Error("a space after key= was ignored")
	}
}
