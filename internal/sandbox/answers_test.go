package sandbox_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/internal/sandbox"
)

func TestErrorsInData(t *testing.T) {
	const v2, v8 = "/crm/v2/%s/actions/remove_tags?ids=1,2&tag_names=VIP", "/crm/v8/%s/actions/remove_tags"
	tests := map[string]struct {
		path, body string
		status     int
		want       string
	}{
		"unknown module": {fmt.Sprintf(v2, "Nothing"), "", 400, `{"data":[{"code":"INVALID_MODULE","details":{},`},
		"no permission":  {fmt.Sprintf(v2, "Quotes"), "", 403, `{"data":[{"code":"NO_PERMISSION","details":{},`},
		"no tags":        {fmt.Sprintf(v8, "Deals"), `{"ids":["1"]}`, 400, `{"data":[{"code":"MANDATORY_NOT_FOUND","details":{"api_name":"tags",`},
		"wrong method":   {"/crm/v8/Deals/1/actions/remove_tags", "GET", 400, `{"data":[{"code":"INVALID_REQUEST_METHOD",`},
		"unknown record": {fmt.Sprintf(v2, "Deals"), "", 400, `{"data":[{"code":"INVALID_DATA","details":{"id":"1"}`},
		"a read":         {"/crm/v8/Nothing/1", "GET", 400, `{"code":"INVALID_MODULE"`},
	}
	z := serve(t, sandbox.Config{ReadOnly: []string{"Quotes"}, Answers: sandbox.Answers{ErrorsInData: true}})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			method, body := "POST", test.body
			if body == "GET" {
				method, body = "GET", ""
			}
			if status, got := z.call(method, test.path, body); status != test.status || !strings.HasPrefix(got, test.want) {
				t.Errorf("%s %s = %d %s, want %d %s", method, test.path, status, got, test.status, test.want)
			}
		})
	}
	none := serve(t, sandbox.Config{Scope: "ZohoCRM.org.READ", Answers: sandbox.Answers{ErrorsInData: true}})
	if status, got := none.call("POST", fmt.Sprintf(v2, "Deals"), ""); status != 401 || !strings.HasPrefix(got, `{"code":"OAUTH_SCOPE_MISMATCH"`) {
		t.Errorf("remove_tags without the scope = %d %s, want a flat 401", status, got)
	}
}

func TestBadIDs(t *testing.T) {
	const invalid = `{"code":"INVALID_DATA","details":{%s},"message":"the id given seems to be invalid","status":"error"}`
	removed := fmt.Sprintf(success, won, `["In progress"]`)
	tests := map[string]struct {
		form sandbox.BadIDs
		ids  string
		want []string
	}{
		"by id":                   {sandbox.BadIDsByID, "77," + won, []string{fmt.Sprintf(invalid, `"id":"77"`), removed}},
		"by path":                 {sandbox.BadIDsByPath, won + "," + won + ",77", []string{removed, fmt.Sprintf(invalid, `"json_path":"$.ids[2]"`)}},
		"by path, no id at all":   {sandbox.BadIDsByPath, "abc," + won, []string{fmt.Sprintf(invalid, `"json_path":"$.ids[0]"`), removed}},
		"by number":               {sandbox.BadIDsByIndex, won + ",77", []string{removed, fmt.Sprintf(invalid, `"resource_path_index":1`)}},
		"by number, no id at all": {sandbox.BadIDsByIndex, "abc," + won, []string{fmt.Sprintf(invalid, `"resource_path_index":0`), removed}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			z := serve(t, sandbox.Config{MixedStatus: 207, Answers: sandbox.Answers{BadIDs: test.form}})
			status, got := z.call("POST", "/crm/v2/Deals/actions/remove_tags?tag_names=VIP&ids="+test.ids, "")
			want := `{"data":[` + strings.Join(test.want, ",") + `]}`
			if diff := cmp.Diff(want, got); status != 207 || diff != "" {
				t.Errorf("remove_tags of %s = %d (-want +got):\n%s", test.ids, status, diff)
			}
			z.wantTags("Deals", won, "In progress")
		})
	}
}

func TestNumericIDs(t *testing.T) {
	z := serve(t, sandbox.Config{Answers: sandbox.Answers{NumericIDs: true}})
	for path, want := range map[string]string{
		"POST /crm/v2/Deals/" + won + "/actions/remove_tags?tag_names=VIP": `"details":{"id":` + won + `,`,
		"GET /crm/v8/Deals/" + won:                                 `"id":` + won + `}`,
		"POST /crm/v2/Deals/007/actions/remove_tags?tag_names=VIP": `"details":{"id":"007"}`,
	} {
		method, path, _ := strings.Cut(path, " ")
		if _, got := z.call(method, path, ""); !strings.Contains(got, want) {
			t.Errorf("%s %s = %s, want %s in it", method, path, got, want)
		}
	}
}

func TestActivitiesEndWithV3(t *testing.T) {
	z := serve(t, sandbox.Config{})
	for version, known := range map[string]bool{"v2": true, "v2.1": true, "v3": false, "v8": false} {
		for name, call := range map[string][3]string{
			"read":    {"GET", "/crm/" + version + "/Activities/5725767000000700001", ""},
			"list":    {"GET", "/crm/" + version + "/Activities?fields=Subject", ""},
			"search":  {"GET", "/crm/" + version + "/Activities/search?criteria=(Subject:equals:Call)", ""},
			"remove":  {"POST", "/crm/" + version + "/Activities/5725767000000700001/actions/remove_tags?tag_names=x", `{"tags":[{"name":"x"}]}`},
			"modules": {"GET", "/crm/" + version + "/settings/modules", ""},
		} {
			_, got := z.call(call[0], call[1], call[2])
			if name == "modules" {
				if strings.Contains(got, `"Activities"`) != known {
					t.Errorf("%s lists Activities: %t, want %t", call[1], !known, known)
				}
				continue
			}
			if strings.Contains(got, "INVALID_MODULE") == known {
				t.Errorf("%s of Activities on %s = %s, want it known: %t", name, version, got, known)
			}
		}
	}
}

func TestFieldsFromV3(t *testing.T) {
	z := serve(t, sandbox.Config{})
	fifty := strings.TrimSuffix(strings.Repeat("Stage,", 50), ",")
	for path, want := range map[string]int{
		"/crm/v8/Deals?fields=" + fifty:            200,
		"/crm/v8/Deals?fields=" + fifty + ",Stage": 400,
		"/crm/v2/Deals?fields=" + fifty + ",Stage": 200,
		"/crm/v8/Deals/" + won:                     200,
		"/crm/v8/Deals?ids=" + won:                 400,
	} {
		if status, got := z.call("GET", path, ""); status != want {
			t.Errorf("GET %.60s = %d %s, want %d", path, status, got, want)
		}
	}
}

func TestSearchByLookUp(t *testing.T) {
	records, err := sandbox.ParseRecords([]byte(`
Contacts:
  - {id: "1", Account_Name: {id: "5725767000000900001", name: Zylker}}
  - {id: "2", Account_Name: {id: 5725767000000900002, name: Zylker Ltd}}
  - {id: "3", Account_Name: null, Title: Zylker}
`))
	if err != nil {
		t.Fatal(err)
	}
	z := serve(t, sandbox.Config{Records: records})
	for criteria, want := range map[string]string{
		"(Account_Name.id:equals:5725767000000900001)": "1",
		"(Account_Name.id:equals:5725767000000900002)": "2",
		"(Account_Name.id:equals:572576700000090000)":  "",
		"(Account_Name.city:equals:Zylker)":            "",
		"(Title.id:equals:Zylker)":                     "",
		"(Account_Name:equals:Zylker)":                 "1 2",
		"(id:equals:3)":                                "3",
	} {
		_, got := z.call("GET", "/crm/v8/Contacts/search?fields=Tag&criteria="+url.QueryEscape(criteria), "")
		var found []string
		for _, id := range []string{"1", "2", "3"} {
			if strings.Contains(got, `"id":"`+id+`"`) {
				found = append(found, id)
			}
		}
		if strings.Join(found, " ") != want {
			t.Errorf("search %s found %v, want %s", criteria, found, want)
		}
	}
}

func TestSearchLag(t *testing.T) {
	c := newClock()
	z := serve(t, sandbox.Config{Now: c.now, SearchLag: time.Minute})
	const path = "/crm/v2/Contacts/search?email=ann@example.com"
	c.at = c.at.Add(time.Minute - time.Second)
	if status, got := z.call("GET", path, ""); status != 204 {
		t.Errorf("search within the lag = %d %s, want 204", status, got)
	}
	if status, _ := z.call("GET", "/crm/v2/Contacts/5725767000000600001", ""); status != 200 {
		t.Errorf("read within the lag = %d, want 200", status)
	}
	c.at = c.at.Add(time.Second)
	if status, _ := z.call("GET", path, ""); status != 200 {
		t.Errorf("search after the lag = %d, want 200", status)
	}
}
