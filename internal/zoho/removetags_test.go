package zoho_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/zoho"
)

func TestRemoveTagsRequests(t *testing.T) {
	tests := map[string]struct {
		version, module string
		ids, tags       []string
		want            string
	}{
		"several records": {"v2", "Contacts", []string{one, two}, []string{"From Email", "In progress"},
			"POST /base/crm/v2/Contacts/actions/remove_tags?ids=" + one + "," + two + "&tag_names=From+Email,In+progress"},
		"one record":      {"", "Deals", []string{one}, []string{"In progress"}, "POST /base/crm/v2/Deals/" + one + "/actions/remove_tags?tag_names=In+progress"},
		"odd characters":  {"v2.1", "Deals", []string{one}, []string{"a&b=c?d%#+/ü"}, "POST /base/crm/v2.1/Deals/" + one + "/actions/remove_tags?tag_names=a%26b%3Dc%3Fd%25%23%2B%2F%C3%BC"},
		"a display name":  {"v2", "Price Books", []string{one}, []string{"x"}, "POST /base/crm/v2/Price_Books/" + one + "/actions/remove_tags?tag_names=x"},
		"a custom module": {"v2", "CustomModule12", []string{one}, []string{"x"}, "POST /base/crm/v2/CustomModule12/" + one + "/actions/remove_tags?tag_names=x"},
		"named twice": {"v2", "Deals", []string{two, one, two}, []string{"y", "x", "y"},
			"POST /base/crm/v2/Deals/actions/remove_tags?ids=" + two + "," + one + "&tag_names=y,x"},
		"one record named twice": {"v2", "Deals", []string{one, one}, []string{"x"}, "POST /base/crm/v2/Deals/" + one + "/actions/remove_tags?tag_names=x"},
		"a scope's name":         {"v2", "salesorders", []string{one}, []string{"x"}, "POST /base/crm/v2/Sales_Orders/" + one + "/actions/remove_tags?tag_names=x"},
		"v8, odd characters":     {"v8", "Deals", []string{one}, []string{`a"b\c&d`}, `POST /base/crm/v8/Deals/` + one + `/actions/remove_tags {"tags":[{"name":"a\"b\\c\u0026d"}]}`},
		"v8, several":            {"v8", "Deals", []string{one, two}, []string{"x", "y"}, `POST /base/crm/v8/Deals/actions/remove_tags {"tags":[{"name":"x"},{"name":"y"}],"ids":["` + one + `","` + two + `"]}`},
		"v8, one":                {"v8", "Deals", []string{one}, []string{"x"}, `POST /base/crm/v8/Deals/` + one + `/actions/remove_tags {"tags":[{"name":"x"}]}`},
		"v3, one":                {"v3", "Deals", []string{one}, []string{"x"}, `POST /base/crm/v3/Deals/` + one + `/actions/remove_tags {"tags":[{"name":"x"}]}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := serving(t, says(200, `{"data":[`+success(one, "[]")+`,`+success(two, "[]")+`]}`))
			if _, err := client(t, e, tt.version, &aToken{}).RemoveTags(t.Context(), tt.module, tt.ids, tt.tags); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{tt.want}, e.asked()); diff != "" {
				t.Errorf("asked: -want +got\n%s", diff)
			}
			if e.auth()[0] != "Zoho-oauthtoken hush-0" {
				t.Errorf("Authorization = %q", e.auth()[0])
			}
		})
	}
}

func TestRemoveTagsRefusesBeforeAsking(t *testing.T) {
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprint(1000 + i)
	}
	tests := map[string]struct {
		module    string
		ids, tags []string
	}{
		"no module name":        {"../Deals", []string{one}, []string{"x"}},
		"an empty module":       {"", []string{one}, []string{"x"}},
		"a module with a slash": {"Deals/1", []string{one}, []string{"x"}},
		"no ids":                {"Deals", nil, []string{"x"}},
		"101 ids":               {"Deals", many, []string{"x"}},
		"an id that climbs":     {"Deals", []string{"../.."}, []string{"x"}},
		"an id with a letter":   {"Deals", []string{one + "x"}, []string{"x"}},
		"an id of 21 digits":    {"Deals", []string{strings.Repeat("1", 21)}, []string{"x"}},
		"an empty tag":          {"Deals", []string{one}, []string{""}},
		"a tag with a space":    {"Deals", []string{one}, []string{" x"}},
		"a bracket":             {"Deals", []string{one}, []string{"<x"}},
		"a control character":   {"Deals", []string{one}, []string{"a\nb"}},
		"no tags":               {"Deals", []string{one}, nil},
		"11 tags":               {"Deals", []string{one}, strings.Split("a b c d e f g h i j k", " ")},
		"a tag of 26":           {"Deals", []string{one}, []string{strings.Repeat("x", 26)}},
		"a comma":               {"Deals", []string{one}, []string{"a,b"}},
		"an emoji":              {"Deals", []string{one}, []string{"\U0001F600"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := serving(t, says(200, ""))
			_, err := client(t, e, "v2", &aToken{}).RemoveTags(t.Context(), tt.module, tt.ids, tt.tags)
			var z *zoho.Error
			if !errors.As(err, &z) || z.Retryable() || len(e.asked()) > 0 {
				t.Errorf("RemoveTags = %v with %v asked, want it refused", err, e.asked())
			}
		})
	}
}

func TestRemoveTagsAnswers(t *testing.T) {
	e := serving(t, says(200, `{"data":[`+
		success(two, `["From Webforms",{"name":"VIP","id":"1","color_code":null}]`)+`,`+success("999", "[]")+
		`,{"code":"RECORD_LOCKED","details":{"id":"1"},"message":"locked","status":"error"}],"locked_count":1}`))
	got, err := client(t, e, "v2", &aToken{}).RemoveTags(t.Context(), "Deals", []string{one, two, "1"}, []string{"x"})
	if err != nil || len(got) != 3 {
		t.Fatalf("RemoveTags = %+v, %v, want three", got, err)
	}
	if got[0].ID != one || got[0].Err == nil || got[0].Err.Code != zoho.CodeMissingInAnswer || !got[0].Err.Retryable() {
		t.Errorf("a record the answer leaves out = %+v", got[0])
	}
	if diff := cmp.Diff([]string{"From Webforms", "VIP"}, got[1].Tags); diff != "" || got[1].Err != nil {
		t.Errorf("a success: -want +got\n%s %v", diff, got[1].Err)
	}
	if got[2].Err == nil || got[2].Err.Code != "RECORD_LOCKED" || got[2].Err.Record != "1" || !got[2].Err.Retryable() {
		t.Errorf("a locked record = %+v", got[2])
	}
}

func TestRemoveTagsGivesOneRemovalForEachRecord(t *testing.T) {
	e := serving(t, says(200, `{"data":[`+success(one, "[]")+`,`+success(two, `["VIP"]`)+`]}`))
	got, err := client(t, e, "v2", &aToken{}).RemoveTags(t.Context(), "Deals", []string{two, one, two}, []string{"x"})
	want := []zoho.Removal{{ID: two, Tags: []string{"VIP"}}, {ID: one, Tags: []string{}}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("RemoveTags: -want +got\n%s %v", diff, err)
	}
}

func TestRemoveTagsTakesAHundredRecords(t *testing.T) {
	ids := make([]string, zoho.MaxIDs)
	data := make([]string, len(ids))
	for i := range ids {
		ids[i] = fmt.Sprint(5725767000000524000 + i)
		data[len(ids)-1-i] = success(ids[i], "[]")
	}
	e := serving(t, says(200, `{"data":[`+strings.Join(data, ",")+`],"locked_count":false}`))
	got, err := client(t, e, "v2", &aToken{}).RemoveTags(t.Context(), "Deals", ids, []string{"x"})
	if err != nil || len(got) != len(ids) {
		t.Fatalf("RemoveTags = %d removals, %v, want %d", len(got), err, len(ids))
	}
	for i, r := range got {
		if r.ID != ids[i] || r.Err != nil {
			t.Errorf("removal %d = %+v, want a success of %s", i, r, ids[i])
		}
	}
}

// TestOddAnswers covers answers that no documentation shows; some still say what happened,
// others do not.
func TestOddAnswers(t *testing.T) {
	locked := func(id string) string {
		return `{"code":"RECORD_LOCKED","details":{"id":"` + id + `"},"message":"locked","status":"error"}`
	}
	tests := map[string]struct {
		status int
		body   string
		ids    []string
		want   map[string]string // id → code, "" for a success
	}{
		"an error and a success, 400":  {400, `{"data":[` + success(one, "[]") + `,` + locked(two) + `],"locked_count":"1"}`, []string{one, two}, map[string]string{one: "", two: "RECORD_LOCKED"}},
		"an error and a success, 207":  {207, `{"data":[` + success(one, "[]") + `,` + locked(two) + `],"locked_count":true}`, []string{one, two}, map[string]string{one: "", two: "RECORD_LOCKED"}},
		"an error and a success, 500":  {500, `{"data":[` + success(one, "[]") + `,` + locked(two) + `]}`, []string{one, two}, map[string]string{one: "", two: "RECORD_LOCKED"}},
		"two elements for one record":  {200, `{"data":[` + locked(one) + `,` + success(one, "[]") + `]}`, []string{one, two}, map[string]string{one: "RECORD_LOCKED", two: zoho.CodeMissingInAnswer}},
		"an id that is a number":       {200, `{"data":[{"code":"SUCCESS","details":{"id":` + one + `,"tags":null},"status":"success"}]}`, []string{one}, map[string]string{one: ""}},
		"one record, no id":            {200, `{"data":[{"code":"SUCCESS","details":{}}]}`, []string{one}, map[string]string{one: ""}},
		"several records, no id":       {200, `{"data":[{"code":"SUCCESS","details":{}}]}`, []string{one, two}, map[string]string{one: zoho.CodeMissingInAnswer, two: zoho.CodeMissingInAnswer}},
		"a flat success of one record": {200, success(one, "[]"), []string{one}, map[string]string{one: ""}},
		"a flat success of another":    {200, success(two, "[]"), []string{one}, map[string]string{one: zoho.CodeMissingInAnswer}},
		"only others":                  {200, `{"data":[` + success("7", "[]") + `]}`, []string{one}, map[string]string{one: zoho.CodeMissingInAnswer}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := serving(t, says(tt.status, tt.body))
			got, err := client(t, e, "v2", &aToken{}).RemoveTags(t.Context(), "Deals", tt.ids, []string{"x"})
			if err != nil {
				t.Fatal(err)
			}
			codes := make(map[string]string)
			for _, r := range got {
				codes[r.ID] = ""
				if r.Err != nil {
					codes[r.ID] = r.Err.Code
				}
			}
			if diff := cmp.Diff(tt.want, codes); diff != "" {
				t.Errorf("codes: -want +got\n%s", diff)
			}
		})
	}
}
