package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/internal/sandbox"
)

// channelOf returns the body of a request about one channel.
func channelOf(t *testing.T, members map[string]any) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{"watch": []any{members}})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWatch(t *testing.T) {
	c := newClock()
	z := serve(t, sandbox.Config{Now: c.now, TokenLife: 1000 * time.Hour})
	in := func(d time.Duration) string { return c.at.Add(d).Format(time.RFC3339) }
	day := map[string]any{"channel_id": "1000000068001", "events": []string{"Deals.edit", "Contacts.all"}, "notify_url": "https://e.example/hook", "token": "hush", "channel_expiry": in(24 * time.Hour)}
	status, got := z.call("POST", "/crm/v2/actions/watch", channelOf(t, day))
	if status != http.StatusCreated || strings.Count(got, `"resource_name"`) != 2 || !strings.Contains(got, `"channel_expiry":"`+in(24*time.Hour)+`"`) {
		t.Fatalf("POST = %d %s, want 201 with both modules and the end", status, got)
	}
	want := []sandbox.Channel{{
		ID: "1000000068001", Events: []string{"Deals.edit", "Contacts.create", "Contacts.edit", "Contacts.delete"},
		Expiry: c.at.Add(24 * time.Hour), URL: "https://e.example/hook", Token: "hush", Related: true,
	}}
	if diff := cmp.Diff(want, z.Channels()); diff != "" {
		t.Errorf("Channels() (-want +got):\n%s", diff)
	}
	// The same again is still one channel.
	z.call("POST", "/crm/v2/actions/watch", channelOf(t, day))
	if n := len(z.Channels()); n != 1 {
		t.Errorf("%d channels after the same POST again, want 1", n)
	}
	status, got = z.call("GET", "/crm/v8/actions/watch?module=Deals", "")
	if status != 200 || !strings.Contains(got, `"events":["Deals.edit"]`) || strings.Contains(got, "Contacts") || !strings.Contains(got, `"token":"hush"`) {
		t.Errorf("GET = %d %s, want the channel of Deals", status, got)
	}
	status, got = z.call("PATCH", "/crm/v8/actions/watch", channelOf(t, map[string]any{"channel_id": 1000000068001, "channel_expiry": in(7 * 24 * time.Hour)}))
	want[0].Expiry = c.at.Add(7 * 24 * time.Hour)
	if diff := cmp.Diff(want, z.Channels()); diff != "" || status != 200 {
		t.Errorf("PATCH = %d %s; channels (-want +got):\n%s", status, got, diff)
	}
	z.call("PATCH", "/crm/v8/actions/watch", channelOf(t, map[string]any{"channel_id": "1000000068001", "events": []string{"Contacts.all"}, "_delete_events": true}))
	if got := z.Channels(); len(got) != 1 || len(got[0].Events) != 1 {
		t.Errorf("channels after the events of Contacts were removed = %v", got)
	}
	z.call("PUT", "/crm/v8/actions/watch", channelOf(t, map[string]any{"channel_id": "1000000068001", "events": []string{"Leads.create"}, "notify_url": "https://e.example/new", "notify_on_related_action": false}))
	want[0] = sandbox.Channel{ID: "1000000068001", Events: []string{"Leads.create"}, URL: "https://e.example/new", Expiry: c.at.Add(time.Hour)}
	if diff := cmp.Diff(want, z.Channels()); diff != "" {
		t.Errorf("channels after PUT (-want +got):\n%s", diff)
	}
	status, got = z.call("DELETE", "/crm/v8/actions/watch?channel_ids=1000000068001,7", "")
	if status != http.StatusMultiStatus || len(z.Channels()) != 0 || !strings.Contains(got, `"INVALID_DATA"`) {
		t.Errorf("DELETE = %d %s, want 207 and no channel left", status, got)
	}
	if status, got := z.call("GET", "/crm/v8/actions/watch", ""); status != http.StatusNoContent {
		t.Errorf("GET of no channels = %d %s, want 204", status, got)
	}
}

// TestWatchExpiry: a channel that asks for no end, or for one that is too late, ends after an
// hour; the limit depends on the version of the API.
func TestWatchExpiry(t *testing.T) {
	const day = 24 * time.Hour
	for name, tt := range map[string]struct {
		version     string
		asked, want time.Duration
	}{
		"nothing":     {"v8", 0, time.Hour},
		"a day":       {"v2", day, day},
		"too long":    {"v3", day + time.Second, time.Hour},
		"a week":      {"v4", 7 * day, 7 * day},
		"over a week": {"v8", 7*day + time.Second, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClock()
			z := serve(t, sandbox.Config{Now: c.now})
			members := map[string]any{"channel_id": "7", "events": []string{"Deals.edit"}, "notify_url": "https://e.example/hook"}
			if tt.asked > 0 {
				members["channel_expiry"] = c.at.Add(tt.asked).Format(time.RFC3339)
			}
			z.call("POST", "/crm/"+tt.version+"/actions/watch", channelOf(t, members))
			if got := z.Channels(); len(got) != 1 || got[0].Expiry.Sub(c.at) != tt.want {
				t.Fatalf("channels = %v, want one that ends in %v", got, tt.want)
			}
			c.at = c.at.Add(tt.want)
			if got := z.Channels(); len(got) != 0 {
				t.Errorf("channels after their end = %v", got)
			}
		})
	}
}

func TestWatchRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		method, body, want string
	}{
		"no id":              {"POST", `{"events":["Deals.edit"],"notify_url":"https://e.example/"}`, `"MANDATORY_NOT_FOUND"`},
		"an id of letters":   {"POST", `{"channel_id":"abc","events":["Deals.edit"],"notify_url":"https://e.example/"}`, `"expected_data_type":"long"`},
		"no events":          {"POST", `{"channel_id":"7","events":[],"notify_url":"https://e.example/"}`, `"api_name":"events"`},
		"no such operation":  {"POST", `{"channel_id":"7","events":["Deals.update"],"notify_url":"https://e.example/"}`, `"json_path":"$.watch[0].events"`},
		"no such module":     {"POST", `{"channel_id":"7","events":["Nothing.edit"],"notify_url":"https://e.example/"}`, `"api_name":"events"`},
		"no URL":             {"POST", `{"channel_id":"7","events":["Deals.edit"]}`, `"api_name":"notify_url"`},
		"not a URL":          {"POST", `{"channel_id":"7","events":["Deals.edit"],"notify_url":"e.example"}`, `"expected_data_type":"website"`},
		"a long URL":         {"POST", `{"channel_id":"7","events":["Deals.edit"],"notify_url":"https://e.example/` + strings.Repeat("x", 238) + `"}`, `"maximum_length":255`},
		"a long token":       {"POST", `{"channel_id":"7","events":["Deals.edit"],"notify_url":"https://e.example/","token":"` + strings.Repeat("ü", 51) + `"}`, `"maximum_length":50`},
		"an end in the past": {"POST", `{"channel_id":"7","events":["Deals.edit"],"notify_url":"https://e.example/","channel_expiry":"2001-01-01T00:00:00Z"}`, `"api_name":"channel_expiry"`},
		"PUT of no channel":  {"PUT", `{"channel_id":"7","events":["Deals.edit"],"notify_url":"https://e.example/"}`, `not subscribed`},
		"PATCH of none":      {"PATCH", `{"channel_id":"7"}`, `not subscribed`},
	} {
		t.Run(name, func(t *testing.T) {
			z := serve(t, sandbox.Config{})
			status, got := z.call(tt.method, "/crm/v8/actions/watch", `{"watch":[`+tt.body+`]}`)
			if status != http.StatusBadRequest || !strings.Contains(got, tt.want) || len(z.Channels()) > 0 {
				t.Errorf("%s %s = %d %s, want 400 with %s", tt.method, tt.body, status, got, tt.want)
			}
		})
	}
}

// TestScopesOfATokenAreThoseOfItsCode checks that each refresh token has its own scope.
func TestScopesOfATokenAreThoseOfItsCode(t *testing.T) {
	z := serve(t, sandbox.Config{})
	form := z.refreshForm()
	form.Del("refresh_token")
	form.Set("grant_type", "authorization_code")
	form.Set("code", z.CodeFor("ZohoCRM.modules.deals.READ,ZohoCRM.notifications.READ", time.Minute))
	_, got := z.askToken("", "application/x-www-form-urlencoded", form.Encode())
	if got["scope"] != "ZohoCRM.modules.deals.READ ZohoCRM.notifications.READ" {
		t.Fatalf("the answer = %v, want the scope of the code", got)
	}
	all := z.token
	z.token, _ = got["access_token"].(string)
	for path, want := range map[string]int{
		"GET /crm/v8/Deals/" + won:                  200,
		"GET /crm/v8/Contacts/5725767000000600001":  401,
		"GET /crm/v8/actions/watch":                 204,
		"POST /crm/v8/actions/watch":                401,
		"DELETE /crm/v8/actions/watch?channel_ids=": 401,
		"GET /crm/v8/settings/tags?module=Deals":    401,
	} {
		method, address, _ := strings.Cut(path, " ")
		status, got := z.call(method, address, "")
		if status != want || want == 401 && !strings.Contains(got, "OAUTH_SCOPE_MISMATCH") {
			t.Errorf("%s = %d %s, want %d", path, status, got, want)
		}
	}
	z.token = all
	if status, got := z.call("GET", "/crm/v8/Contacts/5725767000000600001", ""); status != 200 {
		t.Errorf("the first token = %d %s, want 200", status, got)
	}
}

func TestSettings(t *testing.T) {
	failure := map[string]any{"webhook": map[string]any{"name": "To untag", "id": "7"}, "response_code": 503}
	z := serve(t, sandbox.Config{Tags: map[string][]string{"Deals": {"Unused"}}, WebhookFailures: []map[string]any{failure}})
	z.call("POST", "/crm/v2/Deals/"+lost+"/actions/remove_tags?tag_names=In+progress", "")
	for path, want := range map[string]string{
		"/crm/v2/settings/tags?module=Deals":           `"count":3`,
		"/crm/v8/settings/tags?module=Leads":           "",
		"/crm/v8/settings/tags":                        "REQUIRED_PARAM_MISSING",
		"/crm/v8/settings/tags?module=Nothing":         "INVALID_MODULE",
		"/crm/v8/settings/automation/webhook_failures": `"To untag"`,
		"/crm/v2/settings/automation/webhook_failures": "INVALID_URL_PATTERN",
	} {
		if _, got := z.call("GET", path, ""); !strings.Contains(got, want) {
			t.Errorf("GET %s = %s, want %s in it", path, got, want)
		}
	}
}

// TestOtherClients checks what a server-based client and one of another data center are told.
func TestOtherClients(t *testing.T) {
	sb := sandbox.New(sandbox.Config{})
	for name, tt := range map[string]struct {
		config sandbox.Config
		want   map[string]any
	}{
		"a server-based client": {sandbox.Config{RedirectURI: "https://e.example/back"}, map[string]any{"error": "invalid_redirect_uri"}},
		"another data center":   {sandbox.Config{Elsewhere: "eu"}, map[string]any{"error": "invalid_client", "location": "eu"}},
	} {
		t.Run(name, func(t *testing.T) {
			tt.config.Credentials = sb.Credentials()
			z := &zoho{Sandbox: sandbox.New(tt.config), t: t}
			z.url = served(t, z.Sandbox)
			form := z.refreshForm()
			form.Set("grant_type", "authorization_code")
			form.Set("code", z.Code())
			_, got := z.askToken("", "application/x-www-form-urlencoded", form.Encode())
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("redeem (-want +got):\n%s", diff)
			}
		})
	}
}

func served(t *testing.T, sb *sandbox.Sandbox) string {
	t.Helper()
	server := httptest.NewServer(sb)
	t.Cleanup(server.Close)
	return server.URL
}
