package zoho_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

func TestSettings(t *testing.T) {
	type list func(*zoho.Client) ([]string, error)
	modules := func(c *zoho.Client) ([]string, error) { return zoho.Modules(t.Context(), c) }
	fields := func(c *zoho.Client) ([]string, error) { return zoho.Fields(t.Context(), c, "Deals") }
	tags := func(c *zoho.Client) ([]string, error) { return zoho.TagNames(t.Context(), c, "Price_Books") }
	for name, tt := range map[string]struct {
		list         list
		asked, says  string
		status       int
		want         []string
		code, detail string
	}{
		"modules":           {modules, "settings/modules", `{"modules":[{"api_name":"Deals","api_supported":true},{"api_name":"Home","api_supported":false},{"api_name":"Trips"}]}`, 200, []string{"Deals", "Trips"}, "", ""},
		"fields":            {fields, "settings/fields?module=Deals", `{"fields":[{"id":"1","api_name":"Stage"}]}`, 200, []string{"Stage"}, "", ""},
		"tags":              {tags, "settings/tags?module=Price_Books", `{"tags":[{"name":"VIP","id":"1","color_code":null}],"info":{"count":1}}`, 200, []string{"VIP"}, "", ""},
		"no tags":           {tags, "settings/tags?module=Price_Books", ``, 204, nil, "", ""},
		"an empty list":     {tags, "settings/tags?module=Price_Books", `{"tags":[]}`, 200, nil, "", ""},
		"a flat error":      {fields, "settings/fields?module=Deals", flat("INVALID_MODULE"), 400, nil, "INVALID_MODULE", ""},
		"an error in it":    {tags, "settings/tags?module=Price_Books", `{"tags":[` + flat("INVALID_DATA") + `]}`, 400, nil, "INVALID_DATA", ""},
		"a scope is missed": {modules, "settings/modules", flat("OAUTH_SCOPE_MISMATCH"), 401, nil, "OAUTH_SCOPE_MISMATCH", ""},
		"a page":            {modules, "settings/modules", `<html>no</html>`, 502, nil, zoho.CodeUnreadable, ""},
		"another form":      {modules, "settings/modules", `{"modules":[7]}`, 200, nil, zoho.CodeUnreadable, "another form"},
		"no list":           {modules, "settings/modules", `{"data":[]}`, 200, nil, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := serving(t, says(tt.status, tt.says))
			got, err := tt.list(client(t, e, "v8", &aToken{}))
			if diff := cmp.Diff([]string{"GET /base/crm/v8/" + tt.asked}, e.asked()); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
			failed, _ := errors.AsType[*zoho.Error](err)
			if name == "no list" {
				if err == nil {
					t.Error("no error for an answer without the list")
				}
				return
			}
			if !slices.Equal(got, tt.want) || (tt.code != "") != (failed != nil) || failed != nil && (failed.Code != tt.code || !strings.Contains(failed.Message, tt.detail)) {
				t.Errorf("= %v, %v, want %v, %s", got, err, tt.want, tt.code)
			}
		})
	}
}

func TestWebhookFailures(t *testing.T) {
	e := serving(t, says(200, `{"webhook_failures":[
		{"webhook":{"name":"To untag","id":"1"},"module":{"api_name":"Deals"},"response_code":503},
		{"webhook":"Plain","reason":"timed out"}],"info":{"more_records":false}}`))
	got, err := zoho.WebhookFailures(t.Context(), client(t, e, "v8", &aToken{}))
	want := []zoho.WebhookFailure{{Name: "To untag", Module: "Deals", Reason: "503"}, {Name: "Plain", Reason: "timed out"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("WebhookFailures: %v (-want +got):\n%s", err, diff)
	}
}

func TestExchange(t *testing.T) {
	credentials := zohoauth.Credentials{ClientID: "1000.ID", ClientSecret: "hush", DataCenter: "us"}
	for name, tt := range map[string]struct {
		status int
		says   string
		want   zoho.Granted
		failed *zoho.CodeError
	}{
		"granted":             {200, `{"access_token":"1000.a","refresh_token":"1000.r","scope":"A.ALL B.READ","expires_in":3600}`, zoho.Granted{RefreshToken: "1000.r", Scopes: []string{"A.ALL", "B.READ"}}, nil},
		"without a scope":     {200, `{"access_token":"1000.a","refresh_token":"1000.r"}`, zoho.Granted{RefreshToken: "1000.r", Scopes: []string{}}, nil},
		"an old code":         {200, `{"error":"invalid_code"}`, zoho.Granted{}, &zoho.CodeError{Code: "invalid_code", Status: 200}},
		"another data center": {400, `{"error":"invalid_client","location":"eu"}`, zoho.Granted{}, &zoho.CodeError{Code: "invalid_client", Location: "eu", Status: 400}},
		"an odd location":     {200, `{"error":"invalid_client","location":"hush hush"}`, zoho.Granted{}, &zoho.CodeError{Code: "invalid_client", Status: 200}},
		"a text for a code":   {200, `{"error":"the code 1000.x is wrong"}`, zoho.Granted{}, &zoho.CodeError{Code: zoho.CodeThrottled, Status: 200}},
		"no refresh token":    {200, `{"access_token":"1000.a"}`, zoho.Granted{}, &zoho.CodeError{Code: zoho.CodeUnreadable, Status: 200}},
		"a page":              {502, `<html>`, zoho.Granted{}, &zoho.CodeError{Status: 502}},
	} {
		t.Run(name, func(t *testing.T) {
			e := serving(t, func(w http.ResponseWriter, r *http.Request) {
				if r.FormValue("grant_type") != "authorization_code" || r.FormValue("code") != "1000.code" || r.URL.RawQuery != "" {
					t.Errorf("asked %v", r.Form)
				}
				says(tt.status, tt.says)(w, r)
			})
			got, err := zoho.Exchange(t.Context(), zoho.CodeConfig{Credentials: credentials, AccountsURL: e.URL + "/base"}, "1000.code")
			failed, _ := errors.AsType[*zoho.CodeError](err)
			if diff := cmp.Diff(tt.want, got); diff != "" || !cmp.Equal(failed, tt.failed) {
				t.Errorf("Exchange = %v, want %v (-want +got):\n%s", err, tt.failed, diff)
			}
		})
	}
}
