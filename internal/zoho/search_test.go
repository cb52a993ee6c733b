package zoho_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/zoho"
)

func TestSearchRequests(t *testing.T) {
	tests := map[string]struct {
		search zoho.Search
		want   string
	}{
		"email":                {zoho.Search{Email: "ada+x@example.com"}, "email=ada%2Bx%40example.com"},
		"phone":                {zoho.Search{Phone: "+49 30"}, "phone=%2B49+30"},
		"criteria":             {zoho.Search{Criteria: []zoho.Criterion{{"External_Id", "a"}}}, "criteria=%28External_Id%3Aequals%3Aa%29"},
		"several criteria":     {zoho.Search{Criteria: []zoho.Criterion{{"A", "1"}, {"B", "2"}}}, "criteria=%28%28A%3Aequals%3A1%29and%28B%3Aequals%3A2%29%29"},
		"fields":               {zoho.Search{Phone: "1", Fields: []string{"Phone", "id"}}, "phone=1&fields=Phone,id"},
		"fields and criteria":  {zoho.Search{Criteria: []zoho.Criterion{{"A", "1"}}, Fields: []string{"B", "A"}}, "criteria=%28A%3Aequals%3A1%29&fields=B,A"},
		"a field of a look-up": {zoho.Search{Criteria: []zoho.Criterion{{"Account_Name.id", "1"}}, Fields: []string{"A"}}, "criteria=%28Account_Name.id%3Aequals%3A1%29&fields=A,Account_Name"},
		"a value that breaks out": {zoho.Search{Criteria: []zoho.Criterion{{"A", `x\)or(Stage:equals:y`}}},
			"criteria=" + url.QueryEscape(`(A:equals:x\\\)or\(Stage:equals:y)`)},
		"a plain backslash": {zoho.Search{Criteria: []zoho.Criterion{{"A", `x\y`}}}, "criteria=" + url.QueryEscape(`(A:equals:x\y)`)},
		"two backslashes":   {zoho.Search{Criteria: []zoho.Criterion{{"A", `x\\y`}}}, "criteria=" + url.QueryEscape(`(A:equals:x\\\y)`)},
		"escaped":           {zoho.Search{Criteria: []zoho.Criterion{{"A", `x(1),\`}}}, `criteria=%28A%3Aequals%3Ax%5C%281%5C%29%5C%2C%5C%5C%29`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := serving(t, says(204, ""))
			got, err := client(t, e, "v2", &aToken{}).Search(t.Context(), "Contacts", tt.search)
			if err != nil || len(got.Records) != 0 {
				t.Fatalf("Search = %v, %v, want none", got, err)
			}
			if want := "GET /base/crm/v2/Contacts/search?" + tt.want; e.asked()[0] != want {
				t.Errorf("asked %s, want %s", e.asked()[0], want)
			}
		})
	}
	many := make([]zoho.Criterion, 11)
	for i := range many {
		many[i] = zoho.Criterion{Field: "A", Value: "1"}
	}
	for _, search := range []zoho.Search{
		{}, {Email: "a", Phone: "b"}, {Email: " "}, {Email: "a", Criteria: many[:1]}, {Criteria: many},
		{Criteria: []zoho.Criterion{{"A", ""}}}, {Criteria: []zoho.Criterion{{"", "x"}}}, {Criteria: []zoho.Criterion{{"A:equals:x)or(B", "x"}}},
	} {
		e := serving(t, says(204, ""))
		if _, err := client(t, e, "v2", &aToken{}).Search(t.Context(), "Contacts", search); err == nil || len(e.asked()) > 0 {
			t.Errorf("Search(%+v) = %v with %v asked, want it refused", search, err, e.asked())
		}
	}
}

func TestSearchFinds(t *testing.T) {
	for name, more := range map[string]bool{"all": false, "a page": true} {
		e := serving(t, says(200, fmt.Sprintf(`{"data":[{"id":"1","Email":"a@example.com"},{"id":2}],"info":{"more_records":%v}}`, more)))
		got, err := client(t, e, "v2", &aToken{}).Search(t.Context(), "Contacts", zoho.Search{Email: "a@example.com"})
		want := zoho.SearchResult{Records: []zoho.Record{{"id": "1", "Email": "a@example.com"}, {"id": "2"}}, More: more}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: Search: -want +got\n%s %v", name, diff, err)
		}
	}
}

func TestSearchWithoutTheScope(t *testing.T) {
	e := serving(t, says(401, flat("OAUTH_SCOPE_MISMATCH")))
	_, err := client(t, e, "v2", &aToken{}).Search(t.Context(), "Contacts", zoho.Search{Email: "a@example.com"})
	var z *zoho.Error
	if !errors.As(err, &z) || z.Code != "OAUTH_SCOPE_MISMATCH" || z.Retryable() || len(e.asked()) != 1 || strings.Contains(err.Error(), "example.com") {
		t.Errorf("Search = %v after %d requests", err, len(e.asked()))
	}
}
