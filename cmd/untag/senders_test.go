package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"untag/internal/event"
	"untag/internal/explain"
	"untag/internal/rules"
	"untag/internal/sender"
	"untag/internal/senderlist"
	"untag/internal/sendersample"
	"untag/internal/webhook"
)

// everySender returns the names of all senders and ways to verify.
func everySender() []string {
	return append(sender.Names(), "token", "basic", "zoho-notification")
}

func TestSenders(t *testing.T) {
	code, out := untag(t, ".", "senders")
	for _, name := range everySender() {
		if code != 0 || !strings.Contains(out, "\n"+name+" ") {
			t.Errorf("exit %d, and %s is not listed:\n%s", code, name, out)
		}
	}
	code, out = untag(t, ".", "senders", "--json")
	var list []struct{ Name, Title, Signs, Covers, Store, Where string }
	if err := json.Unmarshal([]byte(out), &list); code != 0 || err != nil || len(list) != len(sender.Names())+3 {
		t.Fatalf("exit %d, %v:\n%s", code, err, out)
	}
	for _, s := range list {
		if s.Title == "" || s.Signs == "" || s.Covers != "body" && s.Covers != "sender" || s.Store == "" || s.Where == "" {
			t.Errorf("%+v lacks something", s)
		}
	}
	if code, out := untag(t, ".", "senders", "Strpe"); code != 2 || !strings.Contains(out, "did you mean stripe?") {
		t.Errorf("exit %d:\n%s", code, out)
	}
}

// TestSendersInANarrowTerminal: no line is cut or wrapped by the terminal.
func TestSendersInANarrowTerminal(t *testing.T) {
	for _, width := range []int{80, 100, 140} {
		var out strings.Builder
		if err := senderlist.Print(&out, senderlist.All(), width); err != nil {
			t.Fatal(err)
		}
		shown, _, _ := strings.Cut(out.String(), "\n\n")
		for line := range strings.Lines(shown) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width {
				t.Errorf("%d columns in a terminal of %d: %s", n, width, line)
			}
		}
		for _, name := range everySender() {
			if !strings.Contains(shown, "\n"+name+" ") {
				t.Errorf("%s is not listed", name)
			}
		}
	}
}

// TestEverySenderHasASample, and no sample is of a sender that does not exist.
func TestEverySenderHasASample(t *testing.T) {
	names := sendersample.Names()
	for _, name := range everySender() {
		if !slices.Contains(names, name) {
			t.Errorf("%s has no sample in internal/sendersample/samples", name)
		}
	}
	for _, name := range names {
		if _, err := senderlist.Find(name); err != nil {
			t.Errorf("the sample of %s: %v", name, err)
		}
	}
}

// printedFiles returns the files that untag senders NAME prints.
func printedFiles(t *testing.T, name string) map[string]string {
	t.Helper()
	code, out := untag(t, ".", "senders", name)
	if code != 0 {
		t.Fatalf("exit %d:\n%s", code, out)
	}
	for _, say := range []string{"store      ", "covers     ", "handshake  ", "compared   ", "set up     ", "docs       https://"} {
		if !strings.Contains(out, "\n  "+say) {
			t.Errorf("printed, without %q:\n%s", say, out)
		}
	}
	out, _, _ = strings.Cut(out, "\nSave these files")
	title := regexp.MustCompile(`(?m)^(\S+)\n-+\n`)
	places := title.FindAllStringSubmatchIndex(out, -1)
	files := make(map[string]string)
	for i, at := range places {
		end := len(out)
		if i+1 < len(places) {
			end = places[i+1][0] - 1
		}
		files[out[at[2]:at[3]]] = out[at[1]:end]
	}
	return files
}

// TestNextCommands: what is printed to run next explains the sample over its record, and sends it
// if what is stored can sign.
func TestNextCommands(t *testing.T) {
	explains := regexp.MustCompile(`(?m)^  untag (explain .+ --records records\.yaml)$`)
	for _, name := range everySender() {
		files := printedFiles(t, name)
		_, out := untag(t, ".", "senders", name)
		found := explains.FindStringSubmatch(out)
		if found == nil {
			t.Errorf("%s: no command to explain the sample:\n%s", name, out)
			continue
		}
		args := regexp.MustCompile(`'[^']*'|\S+`).FindAllString(found[1], -1)
		for i := range args {
			args[i] = strings.Trim(args[i], "'")
		}
		if code, out := untag(t, folderWith(t, files), args...); code != 0 || !strings.Contains(out, " loses \"") {
			t.Errorf("%s: %s: exit %d, and no tag is removed:\n%s", name, found[1], code, out)
		}
	}
	for name, sends := range map[string]bool{"stripe": true, "token": true, "vonage": true, "braintree": true, "sendgrid": false, "zoho-desk": false, "sns": false} {
		_, out := untag(t, ".", "senders", name)
		if got := strings.Contains(out, "\n  untag send --as "+name+" "); got != sends || got != strings.Contains(out, "\n  untag run --records records.yaml\n") {
			t.Errorf("%s: a command to send the sample: %t, want %t:\n%s", name, got, sends, out)
		}
	}
}

// TestSamples: what is printed to paste is a rules file without findings, and a test of it that
// passes.
func TestSamples(t *testing.T) {
	for _, name := range everySender() {
		t.Run(name, func(t *testing.T) {
			files := printedFiles(t, name)
			if _, faults := rules.Load([]byte(files["rules.yaml"])); len(faults) > 0 {
				t.Errorf("rules.yaml: %v\n%s", faults, files["rules.yaml"])
			}
			folder := folderWith(t, files)
			if code, out := untag(t, folder, "test", "--coverage"); code != 0 || !strings.Contains(out, "1 passed, 0 failed") {
				t.Errorf("exit %d:\n%s\n%s", code, out, files["rules_test.yaml"])
			}
			if !regexp.MustCompile(`expect: \{\w+: \{"\d+": \[.+\]\}\}`).MatchString(files["rules_test.yaml"]) {
				t.Errorf("the test expects nothing to be removed:\n%s", files["rules_test.yaml"])
			}
			var shown senderlist.Shown
			if code, out := untag(t, ".", "senders", name, "--json"); code != 0 || json.Unmarshal([]byte(out), &shown) != nil || shown.Rules != files["rules.yaml"] || shown.Test != files["rules_test.yaml"] || shown.Records != files["records.yaml"] || shown.Sample.Body != files[shown.Sample.File] || shown.Setup == "" {
				t.Errorf("--json: exit %d: %s", code, out)
			}
		})
	}
}

// TestSignedSamples: the sample is accepted with the sender's signature, and holds an event.
func TestSignedSamples(t *testing.T) {
	for _, name := range everySender() {
		sample, _, err := sendersample.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		text, err := sample.RulesFile()
		if err != nil {
			t.Fatal(err)
		}
		set, faults := rules.Load([]byte(text))
		if set == nil {
			t.Fatalf("%s: %v", name, faults)
		}
		from, _ := set.Source(name)
		secret, stored := secretsFor(t, from)
		if secret == "" {
			continue // only the sender itself can sign
		}
		out := webhook.Outgoing{URL: "https://hooks.example.com/webhooks/" + name, Header: make(http.Header), Body: []byte(sample.Body), ID: "d-1", At: time.Now()}
		query := make(url.Values)
		for key, value := range sample.Query {
			query.Set(key, value)
		}
		if len(query) > 0 {
			out.URL += "?" + query.Encode()
		}
		for key, value := range sample.Headers {
			out.Header.Set(key, value)
		}
		out.Header.Set("Content-Type", explain.ContentType(sample.File()))
		signed, err := webhook.Sign(from, secret, out)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		u, err := url.Parse(signed.URL)
		if err != nil {
			t.Fatal(err)
		}
		got, err := webhook.New(webhook.Config{Sources: []event.Source{from}, Secrets: storedSecret(stored)}).Receive(t.Context(), webhook.Request{
			Source: name, Method: signed.Method, URL: signed.URL, RawQuery: u.RawQuery, Header: signed.Header, Body: webhook.Bytes(signed.Body),
		})
		if err != nil || len(got.Deliveries) == 0 {
			t.Errorf("%s: %d events, %v", name, len(got.Deliveries), err)
		}
	}
}

type storedSecret string

func (s storedSecret) WebhookSecrets(context.Context, string) ([]string, error) {
	return []string{string(s)}, nil
}

// secretsFor returns what signs as a source's sender, and what is stored for it; "" if only the
// sender itself can sign.
func secretsFor(t *testing.T, from event.Source) (secret, stored string) {
	t.Helper()
	declared := from.Verify[0]
	v := declared.Verify
	switch {
	case declared.Kind == "basic" || v != nil && v.Compare == "basic":
		return sendPassword, sendPassword
	case v == nil || v.Compare != "":
		return sendSecret, sendSecret
	case v.HMAC != nil && v.HMAC.Secret == "hex":
		return hex.EncodeToString([]byte(sendSecret)), hex.EncodeToString([]byte(sendSecret))
	case v.HMAC != nil, v.JWT != nil && v.JWT.IsSymmetric():
		return sendSecret, sendSecret
	case v.Code == sender.Braintree:
		return "public_key|" + sendSecret, "public_key|" + sendSecret
	case v.Key == nil:
		return "", ""
	}
	var private, public any
	if v.Key.Type == "ed25519" {
		raw, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		private, stored = key, base64.StdEncoding.EncodeToString(raw)
	} else {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		private, public = key, key.Public()
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	if public != nil {
		text, err := x509.MarshalPKIXPublicKey(public)
		if err != nil {
			t.Fatal(err)
		}
		stored = base64.StdEncoding.EncodeToString(text)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), stored
}
