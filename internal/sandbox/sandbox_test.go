package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/internal/sandbox"
)

const (
	won  = "5725767000000524157"
	lost = "5725767000000524158"
	open = "5725767000000524159"
)

func someRecords(t *testing.T) sandbox.Records {
	t.Helper()
	records, err := sandbox.ParseRecords([]byte(`
Deals:
  - {id: "5725767000000524157", Deal_Name: A, Stage: Closed Won, Amount: 1000, Tag: [In progress, VIP]}
  - {id: "5725767000000524158", Deal_Name: B, Stage: Closed Lost, Tag: [In progress]}
  - {id: 5725767000000524159, Deal_Name: "C, Ltd (x)", Stage: Open}
Contacts:
  - {id: "5725767000000600001", Email: ann@example.com, Secondary_Email: a@example.org, Phone: "+44 20 7946 0000", Tag: [Trial]}
  - {id: "5725767000000600002", Email: joann@example.com, Mobile: "020 7946 0001"}
Tasks:
  - {id: "5725767000000700001", Subject: Call, Tag: [Due]}
Trips:
  - {id: "5725767000000800001", Name: Oslo, Tag: [Planned]}
`))
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// zoho is a Sandbox on a real server, with a token for it.
type zoho struct {
	*sandbox.Sandbox
	t     *testing.T
	url   string
	token string
}

func serve(t *testing.T, config sandbox.Config) *zoho {
	t.Helper()
	if config.Records == nil {
		config.Records = someRecords(t)
	}
	sb := sandbox.New(config)
	server := httptest.NewServer(sb)
	t.Cleanup(server.Close)
	z := &zoho{Sandbox: sb, t: t, url: server.URL}
	z.token = z.mint()
	return z
}

func (z *zoho) grant(change func(url.Values)) (int, map[string]any) {
	z.t.Helper()
	form := z.refreshForm()
	if change != nil {
		change(form)
	}
	return z.askToken("", "application/x-www-form-urlencoded", form.Encode())
}

// refreshForm returns the parameters that refresh an access token.
func (z *zoho) refreshForm() url.Values {
	c := z.Credentials()
	return url.Values{
		"grant_type": {"refresh_token"}, "client_id": {c.ClientID},
		"client_secret": {c.ClientSecret}, "refresh_token": {c.RefreshToken},
	}
}

func (z *zoho) askToken(query, contentType, body string) (int, map[string]any) {
	z.t.Helper()
	resp, err := http.Post(z.url+"/oauth/v2/token?"+query, contentType, strings.NewReader(body))
	if err != nil {
		z.t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		z.t.Fatal(err)
	}
	return resp.StatusCode, answer
}

func (z *zoho) mint() string {
	z.t.Helper()
	status, body := z.grant(nil)
	token, ok := body["access_token"].(string)
	if status != http.StatusOK || !ok {
		z.t.Fatalf("grant() = %d %v, want 200 with an access_token", status, body)
	}
	return token
}

// call returns the status and the body as text.
func (z *zoho) call(method, path, body string) (int, string) {
	z.t.Helper()
	resp, text, err := z.try(method, path, body)
	if err != nil {
		z.t.Fatal(err)
	}
	return resp.StatusCode, text
}

func (z *zoho) try(method, path, body string) (*http.Response, string, error) {
	z.t.Helper()
	req, err := http.NewRequest(method, z.url+path, strings.NewReader(body))
	if err != nil {
		z.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Zoho-oauthtoken "+z.token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp, string(text), err
}

func (z *zoho) wantTags(module, id string, want ...string) {
	z.t.Helper()
	got, ok := z.Tags(module, id)
	if !ok {
		z.t.Fatalf("Tags(%s, %s): no such record", module, id)
	}
	if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
		z.t.Errorf("Tags(%s, %s) (-want +got):\n%s", module, id, diff)
	}
}

// clock is a clock that tests set.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func newClock() *clock { return &clock{time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)} }

func TestRecordIsACopy(t *testing.T) {
	z := serve(t, sandbox.Config{})
	got, ok := z.Record("Deals", won)
	want := map[string]any{
		"id": won, "Deal_Name": "A", "Stage": "Closed Won", "Amount": 1000, "Tag": []string{"In progress", "VIP"},
	}
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Fatalf("Record(Deals, %s) (-want +got):\n%s", won, diff)
	}
	got["Tag"].([]string)[0] = "changed"
	z.wantTags("Deals", won, "In progress", "VIP")
	if _, ok := z.Record("Deals", "1"); ok {
		t.Error("Record(Deals, 1) exists, want none")
	}
}

func TestCredentialsDifferAndCanBeSet(t *testing.T) {
	a, b := sandbox.New(sandbox.Config{}).Credentials(), sandbox.New(sandbox.Config{}).Credentials()
	if a.ClientID == b.ClientID || a.ClientSecret == b.ClientSecret || a.RefreshToken == b.RefreshToken {
		t.Errorf("two sandboxes share credentials")
	}
	set := sandbox.Credentials{ClientID: "id", ClientSecret: "secret", RefreshToken: "refresh", DataCenter: "eu"}
	if got := sandbox.New(sandbox.Config{Credentials: set}).Credentials(); got != set {
		t.Errorf("Credentials() = %v, want %v", got, set)
	}
}

// recorded serves a request without a network.
func recorded(sb *sandbox.Sandbox, r *http.Request, body string) *httptest.ResponseRecorder {
	r.Body = io.NopCloser(strings.NewReader(body))
	w := httptest.NewRecorder()
	sb.ServeHTTP(w, r)
	return w
}

func recordedToken(t testing.TB, sb *sandbox.Sandbox) string {
	c := sb.Credentials()
	r := httptest.NewRequest("POST", "/oauth/v2/token?"+url.Values{
		"grant_type": {"refresh_token"}, "client_id": {c.ClientID},
		"client_secret": {c.ClientSecret}, "refresh_token": {c.RefreshToken},
	}.Encode(), nil)
	var body struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(recorded(sb, r, "").Body.Bytes(), &body); err != nil || body.AccessToken == "" {
		t.Fatalf("no token: %v", err)
	}
	return body.AccessToken
}
