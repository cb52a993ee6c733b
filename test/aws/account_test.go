package aws_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"untag/internal/sandbox"
)

// TestAuth: a grant code becomes a stored credential, with which the function works.
func TestAuth(t *testing.T) {
	c := newCloud(t)
	run := command(t)
	of := c.crm.Credentials()
	env := []string{"AWS_ENDPOINT_URL=" + c.endpoint, "ZOHO_ACCOUNTS_URL=" + c.zoho}
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(rules, []byte(doctorRules), 0o600); err != nil {
		t.Fatal(err)
	}
	id, code := c.secret(t, "zoho", ""), c.crm.Code()
	auth := func(secret, stdin string, args ...string) (int, string) {
		t.Helper()
		exit, out, errs := run(env, stdin, append([]string{"auth", "--data-center", "us", "--client-id", of.ClientID, "--rules", rules, "--secret-id", secret}, args...)...)
		for _, hidden := range []string{of.ClientSecret, code, "1000."} {
			if strings.Contains(out+errs, hidden) {
				t.Errorf("untag auth shows a secret:\n%s%s", out, errs)
			}
		}
		return exit, out + errs
	}
	// What cannot be stored does not use up the code.
	if exit, out := auth("untag-no-such-secret", of.ClientSecret+"\n"+code+"\n"); exit != 1 || !strings.Contains(out, "there is no secret untag-no-such-secret in the region eu-central-1") {
		t.Errorf("untag auth for no secret: exit %d:\n%s", exit, out)
	}
	if exit, out := auth(id, "wrong\n"+code+"\n"); exit != 1 || !strings.Contains(out, "invalid_client") {
		t.Errorf("untag auth with a wrong client secret: exit %d:\n%s", exit, out)
	}
	if exit, out := auth(id, of.ClientSecret+"\n"+c.crm.CodeFor("ZohoCRM.modules.deals.ALL", time.Minute)+"\n"); exit != 1 || !strings.Contains(out, "ZohoSearch.securesearch.READ") {
		t.Errorf("untag auth with too small a scope: exit %d:\n%s", exit, out)
	}
	if out, err := c.secrets.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &id}); err == nil {
		t.Fatalf("something was stored: %v", out)
	}
	if exit, out := auth(id, of.ClientSecret+"\n"+code+"\n", "--environment", "production"); exit != 0 || !strings.Contains(out, "is stored in the secret") {
		t.Fatalf("untag auth: exit %d:\n%s", exit, out)
	}
	stored, err := c.secrets.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &id})
	if err != nil {
		t.Fatal(err)
	}
	var got sandbox.Credentials
	if err := json.Unmarshal([]byte(*stored.SecretString), &got); err != nil || got.ClientID != of.ClientID || got.RefreshToken == "" || got.RefreshToken == of.RefreshToken || got.Environment != "production" {
		t.Errorf("stored %+v, %v, want a new refresh token of the client", got, err)
	}
	f := c.start(t, map[string]string{"ZOHO_SECRET_ID": id, "WEBHOOK_SECRET_ID": c.webhookSecret(t)})
	var answer response
	if invoke(t, f, webhook("a-new-token"), &answer); answer.StatusCode != 200 || len(c.crm.Journal()) != 1 {
		t.Errorf("the function answered %d %s after %d removals, want one", answer.StatusCode, answer.Body, len(c.crm.Journal()))
	}
	if exit, out := auth(id, of.ClientSecret+"\n"+code+"\n"); exit != 1 || !strings.Contains(out, "has expired or was used before") {
		t.Errorf("untag auth with the same code: exit %d:\n%s", exit, out)
	}
}

// TestWatch: notifications that untag watch enables are renewed by the function when they are
// about to end, and only then. What has ended is an error, so that an alarm goes off.
func TestWatch(t *testing.T) {
	c := newCloud(t)
	run := command(t)
	id, of := c.zohoSecret(t), c.crm.Credentials()
	webhooks := c.secret(t, "webhooks", doctorSecrets)
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(rules, []byte(doctorRules), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"AWS_ENDPOINT_URL=" + c.endpoint, "ZOHO_ACCOUNTS_URL=" + c.zoho, "ZOHO_API_URL=" + c.zoho, "ZOHO_API_VERSION=v8", "ZOHO_SECRET_ID=" + id, "WEBHOOK_SECRET_ID=" + webhooks, "PUBLIC_URL=https://hooks.example.com"}
	for range 2 {
		if exit, out, errs := run(env, "", "watch", "enable", "--rules", rules); exit != 0 || len(c.crm.Channels()) != 1 {
			t.Fatalf("untag watch enable: exit %d, %d channels, want one\n%s%s", exit, len(c.crm.Channels()), out, errs)
		}
	}
	enabled := c.crm.Channels()[0]
	if enabled.URL != "https://hooks.example.com/webhooks/crm" || enabled.Token == "" || enabled.Related || time.Until(enabled.Expiry) < 6*24*time.Hour {
		t.Fatalf("enabled %+v", enabled)
	}
	// The function that renews has no webhook secrets.
	f := c.start(t, map[string]string{"ZOHO_SECRET_ID": id, "ZOHO_API_VERSION": "v8", "RULES_FILE": rules})
	type watches struct {
		Watches []struct {
			Source  string
			Renewed bool
			Ends    time.Time
		}
	}
	renew := map[string]string{"untag": "renew-watches"}
	var got watches
	if invoke(t, f, renew, &got); len(got.Watches) != 1 || got.Watches[0].Renewed || !c.crm.Channels()[0].Expiry.Equal(enabled.Expiry) {
		t.Errorf("renewed %+v, want nothing yet", got)
	}
	age(t, c.crm, of, enabled.ID, time.Hour)
	if invoke(t, f, renew, &got); len(got.Watches) != 1 || !got.Watches[0].Renewed || time.Until(got.Watches[0].Ends) < 6*24*time.Hour {
		t.Errorf("renewed %+v, want one", got)
	}
	after := c.crm.Channels()[0]
	if after.Token != enabled.Token || after.URL != enabled.URL || time.Until(after.Expiry) < 6*24*time.Hour {
		t.Errorf("after the renewal %+v, want %+v for a week", after, enabled)
	}
	if exit, out, _ := run(env, "", "watch", "disable", "--rules", rules); exit != 0 || len(c.crm.Channels()) > 0 {
		t.Fatalf("untag watch disable: exit %d\n%s", exit, out)
	}
	payload, err := json.Marshal(renew)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if answer, err := f.Invoke(ctx, payload); err == nil || !strings.Contains(f.Output(), `"installation"`) || !strings.Contains(f.Output(), `"WATCH"`) {
		t.Errorf("renewing what has ended = %s, %v, want an error and a line for the alarm\n%s", answer, err, f.Output())
	}
}

// age lets a channel end soon.
func age(t *testing.T, crm *sandbox.Sandbox, of sandbox.Credentials, channel string, left time.Duration) {
	t.Helper()
	call := func(method, path, body, contentType, token string) []byte {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Authorization", "Zoho-oauthtoken "+token)
		w := httptest.NewRecorder()
		if crm.ServeHTTP(w, r); w.Code != http.StatusOK {
			t.Fatalf("%s %s = %d %s", method, path, w.Code, w.Body)
		}
		return w.Body.Bytes()
	}
	var granted struct {
		Token string `json:"access_token"`
	}
	form := "grant_type=refresh_token&client_id=" + of.ClientID + "&client_secret=" + of.ClientSecret + "&refresh_token=" + of.RefreshToken
	if err := json.Unmarshal(call("POST", "/oauth/v2/token", form, "application/x-www-form-urlencoded", ""), &granted); err != nil {
		t.Fatal(err)
	}
	call("PATCH", "/crm/v8/actions/watch", `{"watch":[{"channel_id":"`+channel+`","channel_expiry":"`+time.Now().Add(left).Format(time.RFC3339)+`"}]}`, "application/json", granted.Token)
}
