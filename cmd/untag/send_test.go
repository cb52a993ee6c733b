package main

import (
	"context"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/sender"
	"untag/internal/webhook"
)

const sendSecret = "d2hzZWNfMDEyMzQ1Njc4OWFiY2RlZg==" // also base64, which some senders require

const sendPassword = "user:0f9e8d7c6b5a4f3e2d1c"

// sentAs returns the file with the secret of a sender and the file with a body of it; "" if only
// the sender itself can sign.
func sentAs(name string) (secret, body string) {
	row, _ := rules.LoadSender(name)
	switch v := row.Source.Verify[0].Verify; {
	case v.HMAC != nil && v.HMAC.Secret == "hex":
		return "hex", "items.json"
	case v.Compare == "basic":
		return "password", "body.json"
	case v.HMAC == nil && v.Compare == "":
		return "", ""
	case v.Each != nil:
		return "secret", "value.json"
	}
	return "secret", "body.json"
}

type oneSecret string

// WebhookSecrets: some senders need another kind of secret than a text.
func (s oneSecret) WebhookSecrets(_ context.Context, source string) ([]string, error) {
	switch secret, _ := sentAs(source); secret {
	case "password":
		return []string{sendPassword}, nil
	case "hex":
		return []string{hex.EncodeToString([]byte(s))}, nil
	}
	return []string{string(s)}, nil
}

// receiving returns a server that verifies webhooks of every sender, at a path of its name.
func receiving(t *testing.T) *httptest.Server {
	t.Helper()
	var sources []event.Source
	for _, name := range sender.Names() {
		row, _ := rules.LoadSender(name)
		sources = append(sources, row.Source)
	}
	receiver := webhook.New(webhook.Config{Sources: sources, Secrets: oneSecret(sendSecret)})
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		d, err := receiver.Verify(r.Context(), webhook.Request{
			Source: strings.TrimPrefix(r.URL.Path, "/"), Method: r.Method, URL: server.URL + r.URL.String(), RawQuery: r.URL.RawQuery, Header: r.Header, Body: webhook.Bytes(body),
		})
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, "accepted as "+d.ContentType+" "+d.Headers["x-more"])
	}))
	t.Cleanup(server.Close)
	return server
}

// TestSend: what is sent, and what is printed for curl, verifies for every sender.
func TestSend(t *testing.T) {
	server := receiving(t)
	folder := folderWith(t, map[string]string{
		"body.json": `{"id": "it's"}`, "items.json": `{"notificationItems":[{"NotificationRequestItem":{}}]}`, "value.json": `{"value":[{}]}`,
		"secret": sendSecret + "\n", "hex": hex.EncodeToString([]byte(sendSecret)), "password": sendPassword, "empty": "\n",
	})
	for _, name := range sender.Names() {
		secret, body := sentAs(name)
		if secret == "" {
			continue
		}
		args := []string{"send", "--as", name, "--secret-file", secret, "--to", server.URL + "/" + name, "--header", "X-More: more", body}
		code, out := untag(t, folder, args...)
		if code != 0 || !strings.Contains(out, "200 OK\naccepted as application/") || !strings.Contains(out, " more") {
			t.Errorf("%s: exit %d:\n%s", name, code, out)
		}
		code, command := untag(t, folder, append(args, "--print")...)
		row, _ := rules.LoadSender(name)
		if code != 0 || strings.Contains(command, sendSecret) && row.Source.Verify[0].Verify.Compare == "" {
			t.Errorf("%s: exit %d, or the secret is shown:\n%s", name, code, command)
		}
		if curl, err := exec.LookPath("curl"); err == nil && curl != "" && name == "stripe" {
			c := exec.Command("sh", "-c", command)
			c.Dir = folder
			if answer, err := c.CombinedOutput(); err != nil || !strings.Contains(string(answer), "accepted as application/json more") {
				t.Errorf("%s\n%v: %s", command, err, answer)
			}
		}
	}
	for name, header := range map[string]string{"token": "X-Webhook-Token: " + sendSecret, "basic": "Authorization: Basic ", "zoho-notification": `{"id": "it's","token":"`} {
		code, command := untag(t, folder, "send", "--as", name, "--secret-file", "secret", "--print", "body.json")
		if code != 0 || !strings.Contains(strings.ReplaceAll(command, `'\''`, "'"), header) {
			t.Errorf("%s: exit %d, want %q in:\n%s", name, code, header, command)
		}
	}
	tests := map[string]struct {
		args []string
		code int
		says string
	}{
		"another secret":   {[]string{"--as", "stripe", "--secret", "another-secret", "--to", server.URL + "/stripe", "body.json"}, 1, "not accepted: 401 Unauthorized"},
		"nobody there":     {[]string{"--as", "stripe", "--secret-file", "secret", "--to", "http://127.0.0.1:1/stripe", "body.json"}, 1, "connection refused; is `untag run` running"},
		"no sender":        {[]string{"--secret-file", "secret", "body.json"}, 2, "name the sender with --as"},
		"unknown sender":   {[]string{"--as", "stripes", "--secret-file", "secret", "body.json"}, 2, "did you mean stripe?"},
		"no secret":        {[]string{"--as", "stripe", "body.json"}, 2, "name the source's secret with --secret-file"},
		"two secrets":      {[]string{"--as", "stripe", "--secret", "x", "--secret-file", "secret", "body.json"}, 2, "remove one of them"},
		"an empty secret":  {[]string{"--as", "stripe", "--secret-file", "empty", "body.json"}, 2, "the file is empty"},
		"no file":          {[]string{"--as", "stripe", "--secret-file", "secret", "nobody.json"}, 2, "there is no such file"},
		"no URL":           {[]string{"--as", "stripe", "--secret-file", "secret", "--to", "stripe", "body.json"}, 2, "not a URL"},
		"a source and URL": {[]string{"--as", "stripe", "--secret-file", "secret", "--to", server.URL, "--source", "x", "body.json"}, 2, "remove --source or --to"},
		"not base64":       {[]string{"--as", "standard", "--secret", "not base64!", "--to", server.URL, "body.json"}, 2, "the stored secret is not base64"},
		"a broken header":  {[]string{"--as", "stripe", "--secret-file", "secret", "--header", "hush", "body.json"}, 2, "--header: write it as"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			code, out := untag(t, folder, append([]string{"send"}, tt.args...)...)
			if code != tt.code || !strings.Contains(out, tt.says) || strings.Contains(out, "another-secret") || strings.Contains(out, "not base64!") {
				t.Errorf("exit %d, want %d and %q:\n%s", code, tt.code, tt.says, out)
			}
		})
	}
	t.Setenv("WEBHOOK_SECRET", sendSecret)
	if code, out := untag(t, folder, "send", "--as", "shopify", "--to", server.URL+"/shopify", "body.json"); code != 0 {
		t.Errorf("exit %d with WEBHOOK_SECRET:\n%s", code, out)
	}
}

const describedRules = `version: 1
sources:
  billing:
    verify: {hmac: {hash: sha256}, signature: {header: X-Acme-Signature}, signed: "{method}{url}{body}"}
rules:
  - {name: r, on: billing, when: event.type == "paid", record: {module: Deals, id: event.deal}, remove: [x]}
`

// TestSendAsASource signs as the rules file says of a source, and as at the address that
// PUBLIC_URL names.
func TestSendAsASource(t *testing.T) {
	folder := folderWith(t, map[string]string{
		"secret":     sendSecret,
		"body.json":  `{"type":"paid"}`,
		"rules.yaml": describedRules,
	})
	set, faults := rules.Load([]byte(describedRules))
	if set == nil {
		t.Fatal(faults)
	}
	receiver := webhook.New(webhook.Config{Sources: set.Sources(), Secrets: storedSecret(sendSecret)})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, err := receiver.Verify(r.Context(), webhook.Request{
			Source: "billing", Method: r.Method, URL: "https://hooks.example.com/prod/webhooks/billing", Header: r.Header, Body: webhook.Bytes(body),
		})
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, err.Error())
		}
	}))
	t.Cleanup(server.Close)
	send := []string{"send", "--source", "billing", "--to", server.URL + "/webhooks/billing", "--secret-file", "secret", "body.json"}
	if code, out := untag(t, folder, send...); code != 1 || !strings.Contains(out, "it signs the URL, here https://hooks.example.com/prod/webhooks/billing") {
		t.Errorf("another URL: exit %d:\n%s", code, out)
	}
	t.Setenv("PUBLIC_URL", "https://hooks.example.com/prod/")
	if code, out := untag(t, folder, send...); code != 0 {
		t.Errorf("exit %d:\n%s", code, out)
	}
	if code, out := untag(t, folder, "send", "--source", "shop", "--secret-file", "secret", "body.json"); code != 2 || !strings.Contains(out, `has no source "shop"`) {
		t.Errorf("exit %d:\n%s", code, out)
	}
	if code, out := untag(t, folder, "send"); code != 2 || !strings.Contains(out, "write: untag send (--as SENDER | --source NAME) FILE") {
		t.Errorf("exit %d:\n%s", code, out)
	}
	t.Setenv("PUBLIC_URL", "hooks.example.com")
	if code, out := untag(t, folder, send...); code != 2 || !strings.Contains(out, "PUBLIC_URL: not a URL") {
		t.Errorf("exit %d:\n%s", code, out)
	}
}
