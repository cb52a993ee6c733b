package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"untag/internal/sandbox"
)

const success = `{"code":"SUCCESS","details":{"id":"%s","tags":%s},"message":"tags updated successfully","status":"success"}`

func TestRemoveTagsV2(t *testing.T) {
	for name, path := range map[string]string{
		"plain comma":   "/crm/v2/Deals/actions/remove_tags?ids=" + won + "," + lost + "&tag_names=In%20progress,Other",
		"escaped comma": "/crm/v2/Deals/actions/remove_tags?tag_names=In+progress%2COther&ids=" + won + "%2C" + lost,
		"id twice":      "/crm/v2/Deals/actions/remove_tags?ids=" + won + "," + lost + "," + won + "&tag_names=In%20progress",
	} {
		t.Run(name, func(t *testing.T) {
			z := serve(t, sandbox.Config{Now: newClock().now})
			status, got := z.call("POST", path, "")
			want := `{"data":[` + fmt.Sprintf(success, won, `["VIP"]`) + "," + fmt.Sprintf(success, lost, `[]`) + "]}"
			if diff := cmp.Diff(want, got); status != http.StatusOK || diff != "" {
				t.Errorf("POST %s = %d (-want +got):\n%s", path, status, diff)
			}
			z.wantTags("Deals", won, "VIP")
			z.wantTags("Deals", lost)
			entries := []sandbox.Entry{
				{Time: newClock().at, Module: "Deals", ID: won, Tags: []string{"In progress"}, Version: "v2", Call: 1},
				{Time: newClock().at, Module: "Deals", ID: lost, Tags: []string{"In progress"}, Version: "v2", Call: 1},
			}
			if diff := cmp.Diff(entries, z.Journal(), cmpopts.IgnoreFields(sandbox.Entry{}, "Token")); diff != "" {
				t.Errorf("Journal() (-want +got):\n%s", diff)
			}
			if token := z.Journal()[0].Token; token == "" || strings.Contains(z.token, token) {
				t.Errorf("Journal()[0].Token = %q, want a hash", token)
			}
		})
	}
}

func TestRemoveTagsOfOneRecord(t *testing.T) {
	z := serve(t, sandbox.Config{})
	status, got := z.call("POST", "/crm/v2/Deals/"+won+"/actions/remove_tags?tag_names=VIP", "")
	if want := `{"data":[` + fmt.Sprintf(success, won, `["In progress"]`) + `]}`; status != 200 || got != want {
		t.Errorf("remove_tags = %d %s, want 200 %s", status, got, want)
	}
	status, got = z.call("POST", "/crm/v8/Trips/5725767000000800001/actions/remove_tags", `{"tags":[{"name":"Planned"}]}`)
	if want := `{"data":[` + fmt.Sprintf(success, "5725767000000800001", `[]`) + `]}`; status != 200 || got != want {
		t.Errorf("remove_tags = %d %s, want 200 %s", status, got, want)
	}
	z.call("POST", "/crm/v2/Activities/5725767000000700001/actions/remove_tags?tag_names=Due", "")
	z.wantTags("Tasks", "5725767000000700001")
}

func TestRemoveTagsJSON(t *testing.T) {
	for _, version := range []string{"v3", "v4", "v5", "v6", "v7", "v8"} {
		t.Run(version, func(t *testing.T) {
			z := serve(t, sandbox.Config{})
			status, got := z.call("POST", "/crm/"+version+"/Deals/actions/remove_tags",
				`{"tags":[{"name":"In progress"}],"ids":["`+won+`",`+lost+`]}`)
			if status != http.StatusOK {
				t.Fatalf("remove_tags = %d %s, want 200", status, got)
			}
			var body struct {
				Data []struct {
					Details struct{ Tags []map[string]any }
				}
			}
			if err := json.Unmarshal([]byte(got), &body); err != nil {
				t.Fatal(err)
			}
			tag := body.Data[0].Details.Tags[0]
			if tag["name"] != "VIP" || tag["id"] == nil || len(tag) != 3 || len(body.Data) != 2 {
				t.Errorf("remove_tags = %s, want an object with name, id and color_code", got)
			}
			z.wantTags("Deals", won, "VIP")
			z.wantTags("Deals", lost)
		})
	}
}

func TestRemovingAnAbsentTagSucceeds(t *testing.T) {
	z := serve(t, sandbox.Config{})
	status, got := z.call("POST", "/crm/v2/Deals/"+open+"/actions/remove_tags?tag_names=In%20progress", "")
	if want := `{"data":[` + fmt.Sprintf(success, open, `[]`) + `]}`; status != 200 || got != want {
		t.Errorf("remove_tags = %d %s, want 200 %s", status, got, want)
	}
	z.call("POST", "/crm/v2/Deals/"+won+"/actions/remove_tags?tag_names=in%20Progress", "")
	z.wantTags("Deals", won, "In progress", "VIP")
	if n := len(z.Journal()); n != 0 {
		t.Errorf("len(Journal()) = %d, want 0", n)
	}
}

func TestMixedAnswer(t *testing.T) {
	for given, want := range map[int]int{0: 200, 207: 207, 400: 400} {
		z := serve(t, sandbox.Config{MixedStatus: given})
		status, got := z.call("POST", "/crm/v2/Deals/actions/remove_tags?ids=123,"+won+"&tag_names=VIP", "")
		wantBody := `{"data":[{"code":"INVALID_DATA","details":{"id":"123"},"message":"the id given seems to be invalid","status":"error"},` +
			fmt.Sprintf(success, won, `["In progress"]`) + `]}`
		if diff := cmp.Diff(wantBody, got); status != want || diff != "" {
			t.Errorf("MixedStatus %d: %d, want %d; body (-want +got):\n%s", given, status, want, diff)
		}
		if status, _ := z.call("POST", "/crm/v2/Deals/actions/remove_tags?ids=123,124&tag_names=VIP", ""); status != 400 {
			t.Errorf("errors alone = %d, want 400", status)
		}
	}
}

func TestRemoveTagsRefused(t *testing.T) {
	many := strings.TrimSuffix(strings.Repeat("1,", 101), ",")
	tags := strings.TrimSuffix(strings.Repeat("t,", 11), ",")
	long := strings.Repeat("x", 26)
	one := "/crm/v2/Deals/" + won + "/actions/remove_tags"
	several, v8 := "/crm/v2/Deals/actions/remove_tags", "/crm/v8/Deals/actions/remove_tags"
	tests := map[string]struct {
		method, path, body string
		status             int
		want               string
	}{
		"GET":                      {"GET", one + "?tag_names=VIP", "", 400, `"INVALID_REQUEST_METHOD"`},
		"no ids":                   {"POST", several + "?tag_names=VIP", "", 400, `{"code":"REQUIRED_PARAM_MISSING","details":{"param_name":"ids"}`},
		"no tag_names":             {"POST", one, "", 400, `{"code":"REQUIRED_PARAM_MISSING","details":{"param_name":"tag_names"}`},
		"JSON on v2":               {"POST", several, `{"tags":[{"name":"VIP"}],"ids":["` + won + `"]}`, 400, `"REQUIRED_PARAM_MISSING"`},
		"query on v8":              {"POST", v8 + "?tag_names=VIP&ids=" + won, "", 400, `{"code":"MANDATORY_NOT_FOUND","details":{"api_name":"tags"`},
		"no ids on v8":             {"POST", v8, `{"tags":[{"name":"VIP"}]}`, 400, `{"code":"MANDATORY_NOT_FOUND","details":{"api_name":"ids"`},
		"no name on v8":            {"POST", v8, `{"tags":[{}],"ids":["1"]}`, 400, `{"code":"MANDATORY_NOT_FOUND","details":{"api_name":"name"`},
		"half JSON":                {"POST", v8, `{"tags":[{"name":"VIP`, 400, `"INVALID_DATA"`},
		"two JSON values":          {"POST", v8, `{"tags":[{"name":"VIP"}],"ids":["1"]}{}`, 400, `"INVALID_DATA"`},
		"id of the wrong type":     {"POST", v8, `{"tags":[{"name":"VIP"}],"ids":[true]}`, 400, `"INVALID_DATA"`},
		"id as a float":            {"POST", v8, `{"tags":[{"name":"VIP"}],"ids":[5.7e18]}`, 400, `"INVALID_DATA"`},
		"101 ids":                  {"POST", several + "?tag_names=VIP&ids=" + many, "", 400, `"LIMIT_EXCEEDED"`},
		"11 tags":                  {"POST", one + "?tag_names=" + tags, "", 400, `"LIMIT_EXCEEDED"`},
		"id not a number":          {"POST", several + "?tag_names=VIP&ids=1,a", "", 400, `{"code":"INVALID_DATA"`},
		"path id not a number":     {"POST", "/crm/v2/Deals/abc/actions/remove_tags?tag_names=VIP", "", 400, `{"code":"INVALID_DATA"`},
		"long tag":                 {"POST", one + "?tag_names=VIP," + long, "", 400, `{"tags":[{"code":"INVALID_DATA","details":{"api_name":"name","maximum_length":25}`},
		"tag with <":               {"POST", one + "?tag_names=%3Cb", "", 400, `{"tags":[{"code":"INVALID_DATA"`},
		"comma in a v8 tag":        {"POST", v8, `{"tags":[{"name":"a,b"}],"ids":["1"]}`, 400, `{"tags":[{"code":"INVALID_DATA"`},
		"unknown module":           {"POST", "/crm/v2/Nothing/actions/remove_tags?ids=1&tag_names=VIP", "", 400, `{"code":"INVALID_MODULE"`},
		"module by its label":      {"POST", "/crm/v2/Price%20Books/actions/remove_tags?ids=1&tag_names=VIP", "", 400, `{"code":"INVALID_MODULE"`},
		"module outside the API":   {"POST", "/crm/v2/Documents/actions/remove_tags?ids=1&tag_names=VIP", "", 400, `The given module is not supported in API`},
		"read-only module":         {"POST", "/crm/v2/Quotes/actions/remove_tags?ids=1&tag_names=VIP", "", 403, `{"code":"NO_PERMISSION"`},
		"unknown record":           {"POST", "/crm/v2/Deals/1/actions/remove_tags?tag_names=VIP", "", 400, `{"data":[{"code":"INVALID_DATA","details":{"id":"1"}`},
		"unknown action":           {"POST", "/crm/v2/Deals/actions/remove_tag?ids=1&tag_names=VIP", "", 404, `"INVALID_URL_PATTERN"`},
		"unknown version":          {"POST", "/crm/v1/Deals/actions/remove_tags?ids=1&tag_names=VIP", "", 404, `"INVALID_URL_PATTERN"`},
		"empty segment":            {"POST", "/crm/v2//Deals/actions/remove_tags?ids=1&tag_names=VIP", "", 404, `"INVALID_URL_PATTERN"`},
		"nothing of Zoho's":        {"POST", "/x", "", 404, `"INVALID_URL_PATTERN"`},
		"body of more than 1 MiB":  {"POST", v8, strings.Repeat(" ", 1<<20+1), 413, `"INVALID_DATA"`},
		"query with a bad percent": {"POST", one + "?tag_names=VIP&x=%zz", "", 400, `"INVALID_DATA"`},
	}
	z := serve(t, sandbox.Config{ReadOnly: []string{"Quotes"}})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			status, got := z.call(test.method, test.path, test.body)
			if status != test.status || !strings.Contains(got, test.want) {
				t.Errorf("%s %.80s = %d %s, want %d %s", test.method, test.path, status, got, test.status, test.want)
			}
		})
	}
	z.wantTags("Deals", won, "In progress", "VIP")
}

func TestEveryStandardModuleIsKnown(t *testing.T) {
	z := serve(t, sandbox.Config{Records: sandbox.Records{}})
	for _, label := range []string{
		"Leads", "Accounts", "Contacts", "Deals", "Campaigns", "Tasks", "Cases", "Events", "Calls", "Solutions", "Products",
		"Vendors", "Price Books", "Quotes", "Sales Orders", "Purchase Orders", "Invoices", "Activities",
	} {
		module := strings.ReplaceAll(label, " ", "_")
		_, got := z.call("POST", "/crm/v2/"+module+"/actions/remove_tags?ids=1&tag_names=VIP", "")
		if !strings.HasPrefix(got, `{"data":[{"code":"INVALID_DATA"`) {
			t.Errorf("remove_tags of %s = %s, want an unknown record", module, got)
		}
	}
}

func TestScopes(t *testing.T) {
	remove := "/crm/v2/%s/actions/remove_tags?ids=1&tag_names=VIP"
	tests := map[string]struct {
		scope, method, path string
		refused             bool
	}{
		"modules.ALL":               {"ZohoCRM.modules.ALL", "POST", fmt.Sprintf(remove, "Deals"), false},
		"the module's WRITE":        {"ZohoCRM.modules.deals.WRITE", "POST", fmt.Sprintf(remove, "Deals"), false},
		"the module's ALL":          {"ZohoCRM.modules.Deals.ALL", "POST", fmt.Sprintf(remove, "Deals"), false},
		"a name with two words":     {"ZohoCRM.modules.pricebooks.WRITE", "POST", fmt.Sprintf(remove, "Price_Books"), false},
		"custom":                    {"ZohoCRM.modules.custom.WRITE", "POST", fmt.Sprintf(remove, "Trips"), false},
		"another module":            {"ZohoCRM.modules.leads.WRITE", "POST", fmt.Sprintf(remove, "Deals"), true},
		"READ alone":                {"ZohoCRM.modules.deals.READ", "POST", fmt.Sprintf(remove, "Deals"), true},
		"READ for reading":          {"ZohoCRM.modules.deals.READ", "GET", "/crm/v2/Deals/" + won, false},
		"WRITE for reading":         {"ZohoCRM.modules.deals.WRITE", "GET", "/crm/v2/Deals/" + won, true},
		"search without its scope":  {"ZohoCRM.modules.ALL", "GET", "/crm/v2/Contacts/search?email=a", true},
		"search with it":            {"ZohoCRM.modules.ALL ZohoSearch.securesearch.READ", "GET", "/crm/v2/Contacts/search?email=a", false},
		"users without theirs":      {"ZohoCRM.modules.ALL", "GET", "/crm/v8/users?type=CurrentUser", true},
		"org without its":           {"ZohoCRM.modules.ALL", "GET", "/crm/v8/org", true},
		"settings with part of all": {"ZohoCRM.settings.fields.READ", "GET", "/crm/v8/settings/fields?module=Deals", false},
		"settings without theirs":   {"ZohoCRM.settings.fields.READ", "GET", "/crm/v8/settings/modules", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			z := serve(t, sandbox.Config{Scope: test.scope})
			status, got := z.call(test.method, test.path, "")
			refused := status == 401 && strings.Contains(got, `{"code":"OAUTH_SCOPE_MISMATCH"`)
			if refused != test.refused {
				t.Errorf("%s with %q = %d %s, want refused %t", test.path, test.scope, status, got, test.refused)
			}
		})
	}
}

func FuzzRequest(f *testing.F) {
	f.Add("POST", "/crm/v2/Deals/actions/remove_tags", "ids=1,2&tag_names=a%2Cb", "")
	f.Add("POST", "/crm/v8/Deals/actions/remove_tags", "", `{"tags":[{"name":"x"}],"ids":["1",2]}`)
	f.Add("GET", "/crm/v2/Deals/search", "criteria=((A:equals:b)and(C:starts_with:d))", "")
	f.Add("GET", "/crm/v3/Deals", "fields=A&page=9223372036854775807&per_page=1", "")
	f.Add("GET", "/crm/v8/settings/modules/Deals", "", "")
	f.Add("POST", "/crm/v8/actions/watch", "", `{"watch":[{"channel_id":"7","events":["Deals.all"],"notify_url":"https://e.example/x"}]}`)
	f.Add("GET", "/crm/v8/actions/watch", "page=9223372036854775807", "")
	records, err := sandbox.ParseRecords([]byte(`Deals: [{id: "1", A: b, Tag: [VIP]}]`))
	if err != nil {
		f.Fatal(err)
	}
	sb := sandbox.New(sandbox.Config{Records: records})
	token := recordedToken(f, sb)
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		r := &http.Request{
			Method: method, URL: &url.URL{Path: path, RawQuery: query}, RequestURI: path,
			Header: http.Header{"Authorization": {"Zoho-oauthtoken " + token}},
		}
		w := recorded(sb, r, body)
		switch w.Code {
		case 200, 201, 204, 207, 400, 401, 403, 404, 413:
		default:
			t.Errorf("status %d for %s %q?%q", w.Code, method, path, query)
		}
		if text := w.Body.Bytes(); len(text) > 0 && !json.Valid(text) {
			t.Errorf("body %q is not JSON", text)
		}
	})
}
