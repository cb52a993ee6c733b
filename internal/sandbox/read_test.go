package sandbox_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/sandbox"
)

func TestRead(t *testing.T) {
	tests := map[string]struct {
		path   string
		status int
		want   string // JSON of "data", or a part of the body of an error
	}{
		"one": {"/crm/v2/Contacts/5725767000000600002", 200,
			`[{"id":"5725767000000600002","Email":"joann@example.com","Mobile":"020 7946 0001","Phone":null,"Secondary_Email":null,"Tag":[]}]`},
		"one, some fields": {"/crm/v8/Deals/" + won + "?fields=Amount,Nothing", 200, `[{"id":"` + won + `","Amount":1000}]`},
		"by ids, in order": {"/crm/v2/Deals?fields=Stage&ids=" + lost + "%2C" + won + ",77", 200,
			`[{"id":"` + lost + `","Stage":"Closed Lost"},{"id":"` + won + `","Stage":"Closed Won"}]`},
		"second page":           {"/crm/v2/Deals?fields=Deal_Name&page=2&per_page=2", 200, `[{"id":"` + open + `","Deal_Name":"C, Ltd (x)"}]`},
		"activities":            {"/crm/v2/Activities?fields=Subject", 200, `[{"id":"5725767000000700001","Subject":"Call"}]`},
		"unknown one":           {"/crm/v2/Deals/1", 400, `{"code":"INVALID_DATA","details":{"id":"1"}`},
		"unknown several":       {"/crm/v2/Deals?ids=1,2", 204, ""},
		"empty module":          {"/crm/v2/Leads", 204, ""},
		"unknown module":        {"/crm/v2/Nothing", 400, `"INVALID_MODULE"`},
		"unknown module, by id": {"/crm/v2/Nothing/1", 400, `"INVALID_MODULE"`},
		"no number":             {"/crm/v2/Deals/1x", 404, `"INVALID_URL_PATTERN"`},
		"ids that are none":     {"/crm/v2/Deals?ids=1x", 400, `"INVALID_DATA"`},
		"101 ids":               {"/crm/v2/Deals?ids=" + strings.Repeat("1,", 100) + "1", 400, `"LIMIT_EXCEEDED"`},
		"v3 without fields":     {"/crm/v3/Deals", 400, `"REQUIRED_PARAM_MISSING"`},
		"page zero":             {"/crm/v2/Deals?page=0", 400, `"INVALID_DATA"`},
		"a page beyond all":     {"/crm/v2/Deals?page=9223372036854775807", 204, ""},
	}
	z := serve(t, sandbox.Config{})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			status, got := z.call("GET", test.path, "")
			if status != test.status {
				t.Fatalf("GET %s = %d %s, want %d", test.path, status, got, test.status)
			}
			if status != 200 {
				if !strings.Contains(got, test.want) || test.want == "" && got != "" {
					t.Errorf("GET %s = %s, want %s", test.path, got, test.want)
				}
				return
			}
			var body map[string]any
			var want any
			if err := json.Unmarshal([]byte(got), &body); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(test.want), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, body["data"]); diff != "" {
				t.Errorf("GET %s (-want +got):\n%s", test.path, diff)
			}
		})
	}
}

func TestTagObjects(t *testing.T) {
	z := serve(t, sandbox.Config{})
	for version, want := range map[string]int{"v2": 2, "v2.1": 3, "v8": 3} {
		_, got := z.call("GET", "/crm/"+version+"/Deals/"+lost+"?fields=Tag", "")
		var body struct {
			Data []struct{ Tag []map[string]any }
		}
		if err := json.Unmarshal([]byte(got), &body); err != nil {
			t.Fatal(err)
		}
		tags := body.Data[0].Tag
		if len(tags) != 1 || len(tags[0]) != want || tags[0]["name"] != "In progress" {
			t.Errorf("%s: Tag = %v, want one object of %d keys", version, tags, want)
		}
	}
}

func TestAbout(t *testing.T) {
	z := serve(t, sandbox.Config{})
	for path, want := range map[string]string{
		"/crm/v8/users?type=CurrentUser":       `"email":"owner@example.com"`,
		"/crm/v8/org":                          `"company_name":"Sandbox"`,
		"/crm/v8/settings/modules":             `"api_name":"Trips"`,
		"/crm/v8/settings/modules/Deals":       `"api_name":"Deals"`,
		"/crm/v8/settings/modules/Nothing":     `"INVALID_MODULE"`,
		"/crm/v8/settings/fields?module=Deals": `"api_name":"Deal_Name"`,
		"/crm/v8/settings/fields":              `"REQUIRED_PARAM_MISSING"`,
		"/crm/v8/settings/roles":               `"INVALID_URL_PATTERN"`,
	} {
		if _, got := z.call("GET", path, ""); !strings.Contains(got, want) {
			t.Errorf("GET %s = %s, want %s in it", path, got, want)
		}
	}
	if status, got := z.call("POST", "/crm/v8/org", ""); status != 400 || !strings.Contains(got, "INVALID_REQUEST_METHOD") {
		t.Errorf("POST org = %d %s, want 400 INVALID_REQUEST_METHOD", status, got)
	}
}
