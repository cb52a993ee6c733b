package sandbox_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/sandbox"
)

func TestSearch(t *testing.T) {
	const ann, joann = "5725767000000600001", "5725767000000600002"
	tests := map[string]struct {
		module, param, value string
		want                 []string
	}{
		"email finds what contains it":  {"Contacts", "email", "ann@example.com", []string{ann, joann}},
		"email in any such field":       {"Contacts", "email", "A@EXAMPLE.ORG", []string{ann}},
		"phone in any such field":       {"Contacts", "phone", "7946000", []string{ann, joann}},
		"phone written another way":     {"Contacts", "phone", "+44 (20) 79460000", []string{ann}},
		"phone without digits":          {"Contacts", "phone", "x", nil},
		"equals acts like contains":     {"Deals", "criteria", "(Stage:equals:closed)", []string{won, lost}},
		"starts_with":                   {"Deals", "criteria", "(Stage:starts_with:Closed W)", []string{won}},
		"a number":                      {"Deals", "criteria", "(Amount:equals:1000)", []string{won}},
		"and":                           {"Deals", "criteria", "((Stage:equals:Closed)and(Deal_Name:equals:B))", []string{lost}},
		"or, without outer brackets":    {"Deals", "criteria", "(Deal_Name:equals:A)or(Deal_Name:equals:B)", []string{won, lost}},
		"escaped":                       {"Deals", "criteria", `(Deal_Name:equals:C\, Ltd \(x\))`, []string{open}},
		"a backslash before no special": {"Deals", "criteria", `(Deal_Name:equals:\C)`, nil},
		"a field nobody has":            {"Deals", "criteria", "(Nothing:equals:A)", nil},
		"an empty module":               {"Leads", "email", "a", nil},
		"by id":                         {"Deals", "criteria", "(id:equals:" + won + ")", []string{won}},
	}
	z := serve(t, sandbox.Config{})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := "/crm/v2/" + test.module + "/search?" + url.Values{test.param: {test.value}}.Encode()
			status, got := z.call("GET", path, "")
			if test.want == nil {
				if status != 204 || got != "" {
					t.Errorf("GET %s = %d %s, want 204 and no body", path, status, got)
				}
				return
			}
			var body struct {
				Data []struct{ ID string }
				Info map[string]any
			}
			if err := json.Unmarshal([]byte(got), &body); status != 200 || err != nil {
				t.Fatalf("GET %s = %d %s, want 200", path, status, got)
			}
			var ids []string
			for _, rec := range body.Data {
				ids = append(ids, rec.ID)
			}
			if diff := cmp.Diff(test.want, ids); diff != "" || body.Info["more_records"] != false {
				t.Errorf("GET %s: info %v, ids (-want +got):\n%s", path, body.Info, diff)
			}
		})
	}
}

func TestSearchRefused(t *testing.T) {
	z := serve(t, sandbox.Config{})
	for name, value := range map[string]string{
		"no brackets":            "Stage:equals:x",
		"unclosed":               "(Stage:equals:x",
		"no operator":            "(Stage:x)",
		"unknown operator":       "(Stage:like:x)",
		"no value":               "(Stage:equals:)",
		"comma in a value":       "(Stage:equals:a,b)",
		"bracket in a value":     "(Stage:equals:a(b)",
		"text after":             "(Stage:equals:a)b",
		"a backslash at the end": `(Stage:equals:a\)`,
		"eleven":                 strings.TrimSuffix(strings.Repeat("(A:equals:b)or", 11), "or"),
		"nested without end":     strings.Repeat("(", 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			w := search(z, value)
			if w != 400 {
				t.Errorf("criteria %.30q = %d, want 400", value, w)
			}
		})
	}
	if status, got := z.call("GET", "/crm/v2/Deals/search", ""); status != 400 || !strings.Contains(got, "REQUIRED_PARAM_MISSING") {
		t.Errorf("search for nothing = %d %s, want 400 REQUIRED_PARAM_MISSING", status, got)
	}
}

func search(z *zoho, criteria string) int {
	status, _ := z.call("GET", "/crm/v2/Deals/search?criteria="+url.QueryEscape(criteria), "")
	return status
}
