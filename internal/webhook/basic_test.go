package webhook_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"untag/internal/event"
	"untag/internal/webhook"
)

func TestBasic(t *testing.T) {
	const pair = "crm:a:secret:of ütests"
	encode := func(pair string) string { return base64.StdEncoding.EncodeToString([]byte(pair)) }
	basic := []event.Scheme{{Kind: "basic"}}
	tests := map[string]struct {
		secrets, values []string
		want            string
	}{
		"as sent":              {[]string{pair}, []string{"Basic " + encode(pair)}, ""},
		"in lower case":        {[]string{pair}, []string{"basic " + encode(pair)}, ""},
		"two blanks":           {[]string{pair}, []string{"Basic  " + encode(pair)}, ""},
		"the second of two":    {[]string{"crm:another-password", pair}, []string{"Basic " + encode(pair)}, ""},
		"next to a token":      {[]string{"a-token-without-it", pair}, []string{"Basic " + encode(pair)}, ""},
		"another password":     {[]string{pair}, []string{"Basic " + encode("crm:a")}, "user and password are not the stored ones"},
		"another user":         {[]string{pair}, []string{"Basic " + encode("CRN:a:secret:of ütests")}, "user and password are not the stored ones"},
		"no password":          {[]string{pair}, []string{"Basic " + encode("crm:")}, "user and password are not the stored ones"},
		"in another alphabet":  {[]string{pair}, []string{"Basic " + encode("crm:a:secret:of \xfctests")}, "user and password were sent in ISO-8859-1"},
		"in capitals":          {[]string{pair}, []string{"Basic " + encode("CRM:a:secret:of ütests")}, "the token differs from the stored secret in upper and lower case"},
		"by echo":              {[]string{pair}, []string{"Basic " + encode(pair+"\n")}, "white space or a line break stands around the user:password that was sent"},
		"stored by echo":       {[]string{pair + "\n"}, []string{"Basic " + encode(pair)}, "the stored secret begins or ends in white space or a line break"},
		"nothing":              {[]string{pair}, nil, "no header Authorization"},
		"twice":                {[]string{pair}, []string{"Basic " + encode(pair), "Basic " + encode(pair)}, "more than one header Authorization"},
		"a bearer token":       {[]string{pair}, []string{"Bearer " + encode(pair)}, "header Authorization is not HTTP basic authentication"},
		"the word alone":       {[]string{pair}, []string{"Basic"}, "header Authorization is not HTTP basic authentication"},
		"not encoded":          {[]string{pair}, []string{"Basic " + pair}, "header Authorization does not hold user:password in base64"},
		"without padding":      {[]string{pair}, []string{"Basic " + strings.TrimRight(encode(pair), "=")}, "header Authorization does not hold user:password in base64"},
		"stray bits":           {[]string{pair}, []string{"Basic " + stray(encode(pair))}, "header Authorization does not hold user:password in base64"},
		"in lines":             {[]string{pair}, []string{"Basic " + encode(pair)[:4] + "\n" + encode(pair)[4:]}, "header Authorization does not hold user:password in base64"},
		"no colon sent":        {[]string{pair}, []string{"Basic " + encode("crm")}, "header Authorization does not hold user:password in base64"},
		"nothing encoded":      {[]string{pair}, []string{"Basic "}, "header Authorization does not hold user:password in base64"},
		"no colon stored":      {[]string{"a-token-without-it"}, []string{"Basic " + encode("a-token-without-it:")}, "the stored secret has no colon: for HTTP basic authentication it is user:password"},
		"no colon, as a token": {[]string{"a-token-without-it"}, []string{"Basic " + encode("a-token-without-it")}, "header Authorization does not hold user:password in base64"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := refusedFor(t, basic, tt.secrets, webhook.Request{Header: http.Header{"authorization": tt.values}})
			if !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") {
				t.Errorf("refused for %q, want %q", got, tt.want)
			}
		})
	}
}

func TestBasicGoesNoFurther(t *testing.T) {
	r := webhook.New(webhook.Config{Sources: []event.Source{{Name: "s", Verify: []event.Scheme{{Kind: "basic"}}}}, Secrets: stored{"s": {"crm:a-password-of-tests"}}})
	request := webhook.Request{Source: "s", RawQuery: "id=1", Header: http.Header{
		"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("crm:a-password-of-tests"))}, "X-Kept": {"1"},
	}}
	verified, err := r.Verify(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	assumed, err := r.Assume(request)
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]event.Delivery{"Verify": verified, "Assume": assumed} {
		if len(d.Headers) != 1 || d.Headers["x-kept"] != "1" || d.Proof != "basic" {
			t.Errorf("%s = %+v, want proof basic and only x-kept", name, d)
		}
	}
}

func TestBasicWithAWeakPassword(t *testing.T) {
	basic := []event.Scheme{{Kind: "basic"}}
	for pair, want := range map[string]string{
		"administrator:pass":  "the stored secret is user:password, and the password has fewer than 8 characters",
		"administrator:":      "the stored secret is user:password, and the password is empty",
		"crm:untag-demo-word": "the stored secret is one of untag's demonstration secrets, which anyone can look up",
	} {
		header := http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(pair))}}
		if got := refusedFor(t, basic, []string{pair}, webhook.Request{Header: header}); got != want {
			t.Errorf("%s is refused for %q, want %q", pair, got, want)
		}
		r := webhook.New(webhook.Config{Sources: []event.Source{{Name: "s", Verify: basic}}, Secrets: stored{"s": {pair}}, AllowDemo: true})
		if _, err := r.Verify(t.Context(), webhook.Request{Source: "s", Header: header}); err != nil {
			t.Errorf("%s is refused in a simulation: %v", pair, err)
		}
	}
}
