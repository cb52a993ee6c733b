package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"untag/internal/sandbox"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

func TestSandboxProcess(t *testing.T) {
	for name, signal := range map[string]os.Signal{"interrupt": os.Interrupt, "terminate": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			printed, stop := serving(t, "\n", "sandbox", "--json", "--listen", ":0", "--records", "events/crm.yaml")
			var got struct {
				URL          string `json:"url"`
				ClientID     string `json:"client_id"`
				ClientSecret string `json:"client_secret"`
				RefreshToken string `json:"refresh_token"`
				DataCenter   string `json:"data_center"`
				Code         string `json:"code"`
			}
			if err := json.Unmarshal([]byte(printed), &got); err != nil || got.DataCenter == "" {
				t.Fatalf("printed %q: %v", printed, err)
			}
			response, err := http.PostForm(got.URL+"/oauth/v2/token", url.Values{
				"grant_type": {"refresh_token"}, "client_id": {got.ClientID}, "client_secret": {got.ClientSecret}, "refresh_token": {got.RefreshToken},
			})
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if body, _ := io.ReadAll(response.Body); !bytes.Contains(body, []byte("access_token")) {
				t.Errorf("no token for the credentials that were printed: %s", body)
			}
			redeemed, err := http.PostForm(got.URL+"/oauth/v2/token", url.Values{
				"grant_type": {"authorization_code"}, "client_id": {got.ClientID}, "client_secret": {got.ClientSecret}, "code": {got.Code},
			})
			if err != nil {
				t.Fatal(err)
			}
			defer redeemed.Body.Close()
			if body, _ := io.ReadAll(redeemed.Body); !bytes.Contains(body, []byte("refresh_token")) {
				t.Errorf("no refresh token for the code that was printed: %s", body)
			}
			if code, rest := stop(signal); code != 0 || rest != "" {
				t.Errorf("exit %d, want 0 and nothing more on the output: %q", code, rest)
			}
		})
	}
}

// TestSandboxProcessMisbehaves: the faults of --fault occur, and the journal has what was
// removed.
func TestSandboxProcessMisbehaves(t *testing.T) {
	journal := filepath.Join(t.TempDir(), "removals.jsonl")
	for fault, want := range map[string]int{"429-after": http.StatusTooManyRequests, "slow": http.StatusOK} {
		printed, stop := serving(t, "\n", "sandbox", "--json", "--listen", ":0", "--records", "events/crm.yaml",
			"--fault", fault+"=1", "--retry-after", "7s", "--slow-by", "1ms", "--journal", journal)
		var access struct {
			URL string
			sandbox.Credentials
		}
		if err := json.Unmarshal([]byte(printed), &access); err != nil {
			t.Fatalf("printed %q: %v", printed, err)
		}
		tokens := zoho.NewTokens(zoho.NewMinter(zoho.MinterConfig{AccountsURL: access.URL, Credentials: func(context.Context) (zohoauth.Credentials, error) {
			return zohoauth.Credentials(access.Credentials), nil
		}}))
		client, err := zoho.New(zoho.Config{APIURL: access.URL, Tokens: tokens})
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.RemoveTags(t.Context(), "Deals", []string{"5725767000000524101", "5725767000000524102"}, []string{"In progress"})
		refused, _ := errors.AsType[*zoho.Error](err)
		if want == http.StatusOK && err != nil || want != http.StatusOK && (refused == nil || refused.Status != want || refused.RetryAfter() != 7*time.Second) {
			t.Errorf("%s: RemoveTags = %v, want %d", fault, err, want)
		}
		stop(os.Interrupt)
		lines, err := os.ReadFile(journal)
		if err != nil || (want == http.StatusOK) != (bytes.Count(lines, []byte(`"tags":["In progress"]`)) == 2) {
			t.Errorf("%s: the journal has %v\n%s", fault, err, lines)
		}
	}
}

// TestSandboxProcessAnswers: the sandbox answers in the forms that --answers asks for.
func TestSandboxProcessAnswers(t *testing.T) {
	printed, stop := serving(t, "\n", "sandbox", "--json", "--listen", "127.0.0.1:0", "--records", "events/crm.yaml",
		"--answers", "207,errors-in-data,json-path,number-ids", "--search-lag", "1h")
	defer stop(os.Interrupt)
	var access struct {
		URL string
		sandbox.Credentials
	}
	if err := json.Unmarshal([]byte(printed), &access); err != nil {
		t.Fatalf("printed %q: %v", printed, err)
	}
	token := struct {
		AccessToken string `json:"access_token"`
	}{}
	ask := func(method, path string) (int, string) {
		request, err := http.NewRequest(method, access.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Zoho-oauthtoken "+token.AccessToken)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(body)
	}
	_, text := ask("POST", "/oauth/v2/token?"+url.Values{
		"grant_type": {"refresh_token"}, "client_id": {access.ClientID}, "client_secret": {access.ClientSecret}, "refresh_token": {access.RefreshToken},
	}.Encode())
	if err := json.Unmarshal([]byte(text), &token); err != nil {
		t.Fatal(err)
	}
	status, text := ask("POST", "/crm/v2/Deals/actions/remove_tags?tag_names=x&ids=5725767000000524101,77")
	if status != 207 || !strings.Contains(text, `"json_path":"$.ids[1]"`) || !strings.Contains(text, `"id":5725767000000524101`) {
		t.Errorf("remove_tags = %d %s, want 207, a path and a number", status, text)
	}
	if _, text := ask("POST", "/crm/v2/Nothing/actions/remove_tags?tag_names=x&ids=1"); !strings.HasPrefix(text, `{"data":[{"code":"INVALID_MODULE"`) {
		t.Errorf("remove_tags of no module = %s, want the error in data", text)
	}
	if status, text := ask("GET", "/crm/v2/Contacts/search?email=ada@example.com"); status != http.StatusNoContent {
		t.Errorf("search = %d %s, want 204 for an hour", status, text)
	}
}

func TestSandboxProcessForPeople(t *testing.T) {
	printed, stop := serving(t, "Ctrl-C", "sandbox", "--listen", "127.0.0.1:0")
	for _, want := range []string{"http://127.0.0.1:", "client_id", "refresh_token", "curl"} {
		if !strings.Contains(printed, want) {
			t.Errorf("printed, without %q:\n%s", want, printed)
		}
	}
	if code, rest := stop(os.Interrupt); code != 0 || rest != "" {
		t.Errorf("exit %d, %q", code, rest)
	}
}

// TestSandboxAsTheAccountOfRun: what it prints makes it the account of untag run --zoho.
func TestSandboxAsTheAccountOfRun(t *testing.T) {
	folder := folderWith(t, map[string]string{
		"rules.yaml":    strings.Replace(goodRules, "token", "[token, aws]", 1),
		"crm.yaml":      "Deals: [{id: \"5725767000000000001\", Tag: [In progress]}]",
		"secrets.json":  `{"zoho": "a-secret-of-my-own-123456"}`,
		"events/a.json": `{"source": "zoho", "event": {"Stage": "Closed Won", "id": "5725767000000000001"}}`,
	})
	printed, stop := serving(t, "Ctrl-C", "sandbox", "--listen", "127.0.0.1:0", "--records", filepath.Join(folder, "crm.yaml"))
	defer stop(os.Interrupt)
	env := []string{"PWD=" + folder}
	for line := range strings.Lines(printed) {
		if words := strings.Fields(line); len(words) > 0 && words[0] == "export" {
			env = append(env, words[1:]...)
		}
	}
	code, out, errs := finished(t, env, "run", "--once", "--zoho", "--events", "events", "--secrets", "secrets.json", "--listen", "127.0.0.1:0")
	if code != 0 || !strings.Contains(out, "removed") {
		t.Errorf("exit %d:\n%s%s", code, out, errs)
	}
}
