package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"untag/internal/sandbox"
	"untag/internal/zohoauth"
)

// realEnv makes a sandbox stand in for a real account.
func realEnv(t *testing.T) (*sandbox.Sandbox, []string) {
	t.Helper()
	crm := sandbox.New(sandbox.Config{Records: sandbox.Records{"Deals": {{"id": "77", "Tag": []any{"In progress", "VIP"}}}}})
	server := httptest.NewServer(crm)
	t.Cleanup(server.Close)
	c := zohoauth.Credentials(crm.Credentials())
	return crm, []string{
		"ZOHO_CLIENT_ID=" + c.ClientID, "ZOHO_CLIENT_SECRET=" + c.ClientSecret, "ZOHO_REFRESH_TOKEN=" + c.RefreshToken,
		"ZOHO_DATA_CENTER=" + c.DataCenter, "ZOHO_API_URL=" + server.URL, "ZOHO_ACCOUNTS_URL=" + server.URL,
	}
}

// ownSecrets is a file of webhook secrets that are not published.
func ownSecrets(t *testing.T) string {
	t.Helper()
	return folderWith(t, map[string]string{"own.json": `{"zoho": "b7d1f04c5a8e92d36f10", "github": "c94ad0b3e6f7811250aa"}`}) + "/own.json"
}

func TestRunZohoDeliversNothingUnasked(t *testing.T) {
	crm, env := realEnv(t)
	code, out, errs := finished(t, env, "run", "--zoho", "--once", "--listen", "127.0.0.1:0", "--secrets", ownSecrets(t))
	if code != 0 || !strings.Contains(out, "No events were delivered") || !strings.Contains(out, "--events") {
		t.Errorf("exit %d, want 0 and that nothing was delivered: %q, %q", code, out, errs)
	}
	if tags, _ := crm.Tags("Deals", "77"); len(tags) != 2 {
		t.Errorf("tags = %q, want both", tags)
	}
}

func TestRunZohoDeliversWhatIsAsked(t *testing.T) {
	for _, version := range []string{"", "v8"} {
		t.Run("version "+version, func(t *testing.T) {
			crm, env := realEnv(t)
			folder := t.TempDir()
			text := `{"source":"zoho","event":{"module":"Deals","id":"77","Stage":"Closed Won"}}`
			if err := os.WriteFile(filepath.Join(folder, "mine.json"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if version != "" {
				env = append(env, "ZOHO_API_VERSION="+version)
			}
			code, out, errs := finished(t, env, "run", "--zoho", "--once", "--listen", "127.0.0.1:0", "--events", folder, "--secrets", ownSecrets(t))
			if code != 0 || !strings.Contains(out, "In progress, VIP") || strings.Contains(out+errs, "ZOHO_") {
				t.Errorf("exit %d: %q, %q", code, out, errs)
			}
			if tags, _ := crm.Tags("Deals", "77"); !slices.Equal(tags, []string{"VIP"}) {
				t.Errorf("tags = %q, want VIP", tags)
			}
			journal := crm.Journal()
			if want := version; len(journal) != 1 || want != "" && journal[0].Version != want {
				t.Errorf("journal = %+v, want one removal by version %q", journal, want)
			}
		})
	}
}

// TestRunZohoChecksItsSettings before it serves or calls anything.
func TestRunZohoChecksItsSettings(t *testing.T) {
	for setting, want := range map[string]string{
		"ZOHO_ENVIRONMENT=prod":    "ZOHO_ENVIRONMENT: \"prod\" is not an environment of Zoho's; use production, sandbox or developer",
		"ZOHO_DATA_CENTER=mars":    "ZOHO_DATA_CENTER: \"mars\" is not a data center of Zoho's; use one of us, eu",
		"ZOHO_ENVIRONMENT=sandbox": "",
	} {
		_, env := realEnv(t)
		code, out, errs := finished(t, append(env, setting), "run", "--zoho", "--once", "--listen", "127.0.0.1:0", "--secrets", ownSecrets(t))
		if (code == 0) != (want == "") || !strings.Contains(errs, want) {
			t.Errorf("%s: exit %d: %q, %q, want %q", setting, code, out, errs, want)
		}
	}
}
