package aws_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAtOnce(t *testing.T) {
	c := newCloud(t)
	f := c.start(t, map[string]string{"ZOHO_SECRET_ID": c.zohoSecret(t), "WEBHOOK_SECRET_ID": c.webhookSecret(t)})
	var got response
	invoke(t, f, webhook("a-wrong-token"), &got)
	if got.StatusCode != 401 {
		t.Errorf("a wrong token: %+v, want 401", got)
	}
	invoke(t, f, webhook("an-old-token"), &got)
	if tags, _ := c.crm.Tags("Deals", deal); got.StatusCode != 200 || strings.Join(tags, " ") != "VIP" {
		t.Fatalf("answer %+v, tags %v, want 200 and VIP\n%s", got, tags, f.Output())
	}
	for _, secret := range []string{"an-old-token", "a-new-token", c.crm.Credentials().RefreshToken, "Closed Won"} {
		if strings.Contains(f.Output(), secret) {
			t.Errorf("the log has %q:\n%s", secret, f.Output())
		}
	}
}

func TestMalformedSecrets(t *testing.T) {
	c := newCloud(t)
	f := c.start(t, map[string]string{
		"ZOHO_SECRET_ID": c.secret(t, "zoho", `{"client_id":"hush"`), "WEBHOOK_SECRET_ID": c.webhookSecret(t),
	})
	var got response
	invoke(t, f, webhook("a-new-token"), &got)
	if got.StatusCode < 500 || !strings.Contains(got.Body, `"outcome":"failed"`) || strings.Contains(got.Body+f.Output(), "hush") {
		t.Errorf("answer %+v, want a failure that names the secret but not its value\n%s", got, f.Output())
	}
}

func TestMissingSecrets(t *testing.T) {
	c := newCloud(t)
	for name, tt := range map[string]struct {
		settings map[string]string
		named    string
	}{
		"webhooks": {map[string]string{"ZOHO_SECRET_ID": c.zohoSecret(t), "WEBHOOK_SECRET_ID": "no-such-webhooks"}, "no-such-webhooks"},
		"zoho":     {map[string]string{"ZOHO_SECRET_ID": "no-such-credential", "WEBHOOK_SECRET_ID": c.webhookSecret(t)}, "no-such-credential"},
	} {
		t.Run(name, func(t *testing.T) {
			f := c.start(t, tt.settings)
			var got response
			invoke(t, f, webhook("a-new-token"), &got)
			if got.StatusCode < 500 || !strings.Contains(f.Output()+got.Body, tt.named) {
				t.Errorf("answer %+v, want a failure, and the log or answer to name %s\n%s", got, tt.named, f.Output())
			}
			if tags, _ := c.crm.Tags("Deals", deal); strings.Join(tags, " ") != "In progress VIP" {
				t.Errorf("tags %v, want both", tags)
			}
		})
	}
}

func TestConfigurationIsCheckedWhole(t *testing.T) {
	c := newCloud(t)
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, []byte("version: 1\nsources: {zoho: {verifi: token}}\nrules: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := c.start(t, map[string]string{"RULES_FILE": file, "ZOHO_API_VERSION": "v9", "ZOHO_API_URL": "zoho", "LOG_LEVEL": "loud", "AWS_REGION": ""})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	code, err := f.Wait(ctx)
	if err != nil || code != 2 {
		t.Errorf("exit %d, %v, want 2", code, err)
	}
	for _, fault := range []string{"ZOHO_SECRET_ID", "ZOHO_API_VERSION", "ZOHO_API_URL", "LOG_LEVEL", "AWS_REGION", file + ":2:", "did you mean `verify`"} {
		if !strings.Contains(f.Output(), fault) {
			t.Errorf("the faults do not name %s:\n%s", fault, f.Output())
		}
	}
}
