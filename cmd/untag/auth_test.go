package main

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"untag/internal/sandbox"
)

const authRules = `version: 1
sources: {zoho: {verify: token}, crm: {verify: zoho-notification, watch: {events: [Deals.edit]}}}
rules: [{name: closed, on: [zoho, crm], when: true, record: {module: Deals, id: event.id}, where: record.Open, remove: [VIP]}]
`

// TestAuth: each way in which a code can be refused has a message that says what to do, and
// nothing is stored. No output has a secret.
func TestAuth(t *testing.T) {
	const enough = "ZohoCRM.modules.deals.ALL,ZohoCRM.notifications.ALL,ZohoCRM.settings.ALL"
	type files = map[string]string
	for name, tt := range map[string]struct {
		config sandbox.Config
		scope  string
		late   time.Duration
		change files
		args   string
		exit   int
		says   []string
	}{
		"granted":            {scope: enough, exit: 0, says: []string{"the credential is in zoho.json"}},
		"granted everything": {scope: sandbox.DefaultScope, exit: 0, says: []string{"zoho.json"}},
		"an environment":     {scope: enough, args: "--environment sandbox", exit: 0, says: []string{"zoho.json"}},
		"without settings":   {scope: "ZohoCRM.modules.ALL,ZohoCRM.notifications.ALL", exit: 0, says: []string{"note: without the scope ZohoCRM.settings.fields.READ, untag doctor checks less"}},
		"a scope is missing": {scope: "ZohoCRM.modules.deals.WRITE,ZohoCRM.settings.ALL", exit: 1, says: []string{
			"ZohoCRM.modules.deals.READ: rule `closed` needs it to read records", "ZohoCRM.notifications.ALL: source `crm`",
			"generate a new code for ZohoCRM.modules.deals.WRITE,ZohoCRM.modules.deals.READ,ZohoCRM.notifications.ALL",
		}},
		"an old code":            {scope: enough, late: 4 * time.Minute, exit: 1, says: []string{"has expired or was used before", "api-console.zoho.eu"}},
		"a wrong secret":         {scope: enough, change: files{"secret": "wrong"}, exit: 1, says: []string{"the client secret is wrong (invalid_client)", "crm.zoho.eu is eu"}},
		"another data center":    {config: sandbox.Config{Elsewhere: "in"}, scope: enough, exit: 1, says: []string{"this client belongs to in, not to eu", "--data-center in"}},
		"another kind":           {config: sandbox.Config{RedirectURI: "https://e.example/"}, scope: enough, exit: 1, says: []string{"not a Self Client", "invalid_redirect_uri"}},
		"an unknown data center": {scope: enough, args: "--data-center de", exit: 2, says: []string{`"de" is not a data center`}},
		"an unknown environment": {scope: enough, args: "--environment prod", exit: 2, says: []string{`"prod" is not an environment`}},
		"no client id":           {scope: enough, args: "--client-id=", exit: 2, says: []string{"--client-id"}},
		"an empty secret":        {scope: enough, change: files{"secret": "\n"}, exit: 2, says: []string{"the client secret is missing"}},
		"a secret in two words":  {scope: enough, change: files{"secret": "a b"}, exit: 2, says: []string{"copy it again"}},
		"no such folder":         {scope: enough, args: "--out none/zoho.json", exit: 2, says: []string{"cannot be written to"}},
		"no such rules":          {scope: enough, args: "--rules none.yaml", exit: 2, says: []string{"none.yaml"}},
		"a folder":               {scope: enough, args: "--out .", exit: 2, says: []string{"--out: . is a folder; name a file"}},
		"both places":            {scope: enough, args: "--secret-id x", exit: 2, says: []string{"--secret-id and --out are two places"}},
	} {
		t.Run(name, func(t *testing.T) {
			at := time.Now()
			tt.config.Now = func() time.Time { return at }
			crm := sandbox.New(tt.config)
			server := httptest.NewServer(crm)
			defer server.Close()
			t.Setenv("ZOHO_ACCOUNTS_URL", server.URL)
			stdin, err := os.Open(os.DevNull)
			if err != nil {
				t.Fatal(err)
			}
			defer stdin.Close()
			old := os.Stdin
			os.Stdin = stdin
			defer func() { os.Stdin = old }()
			of := crm.Credentials()
			with := files{"rules.yaml": authRules, "secret": of.ClientSecret + "\n", "code": crm.CodeFor(tt.scope, 3*time.Minute) + "\n"}
			for file, text := range tt.change {
				with[file] = text
			}
			at = at.Add(tt.late)
			folder := folderWith(t, with)
			args := append(strings.Fields("auth --data-center EU --client-id "+of.ClientID+" --client-secret-file secret --code-file code --out zoho.json"), strings.Fields(tt.args)...)
			exit, out := untag(t, folder, args...)
			for _, want := range tt.says {
				if exit != tt.exit || !strings.Contains(out, want) {
					t.Errorf("untag auth: exit %d, want %d and %q:\n%s", exit, tt.exit, want, out)
				}
			}
			stored, err := os.ReadFile(filepath.Join(folder, "zoho.json"))
			var got map[string]string
			if err == nil {
				err = json.Unmarshal(stored, &got)
			}
			if (err == nil) != (tt.exit == 0) {
				t.Fatalf("zoho.json: %v", err)
			}
			for _, secret := range []string{of.ClientSecret, got["refresh_token"], strings.TrimSpace(with["code"])} {
				if secret != "" && strings.Contains(out, secret) {
					t.Errorf("the output has a secret:\n%s", out)
				}
			}
			if tt.exit == 0 && (got["client_id"] != of.ClientID || got["client_secret"] != of.ClientSecret || got["refresh_token"] == "" || got["data_center"] != "eu") {
				t.Errorf("stored %v", got)
			}
			if info, err := os.Stat(filepath.Join(folder, "zoho.json")); err == nil && info.Mode().Perm() != 0o600 {
				t.Errorf("zoho.json can be read by others: %v", info.Mode())
			}
			if left, _ := filepath.Glob(filepath.Join(folder, ".untag*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}
