package zoho_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/zoho"
)

func TestRecords(t *testing.T) {
	e := serving(t, says(200, `{"data":[{"id":"`+one+`","Amount":5725767000000524157,"Tag":[{"name":"VIP","id":"1"},"old"]}],"info":{"more_records":false}}`))
	got, err := client(t, e, "v2", &aToken{}).Records(t.Context(), "Deals", []string{one, two}, []string{"Tag", "Amount"})
	if err != nil || len(got) != 1 {
		t.Fatalf("Records = %v, %v", got, err)
	}
	if got[0].ID() != one || got[0]["Amount"] != 5725767000000524157 {
		t.Errorf("record = %v", got[0])
	}
	if diff := cmp.Diff([]string{"VIP", "old"}, got[0].Tags()); diff != "" {
		t.Errorf("tags: -want +got\n%s", diff)
	}
	if want := "GET /base/crm/v2/Deals?ids=" + one + "," + two + "&fields=Tag,Amount"; e.asked[0] != want {
		t.Errorf("asked %s, want %s", e.asked[0], want)
	}
}

func TestSearchRequests(t *testing.T) {
	tests := map[string]struct {
		search zoho.Search
		want   string
	}{
		"email":            {zoho.Search{Email: "ada+x@example.com"}, "email=ada%2Bx%40example.com"},
		"phone":            {zoho.Search{Phone: "+49 30"}, "phone=%2B49+30"},
		"criteria":         {zoho.Search{Criteria: []zoho.Criterion{{"External_Id", "a"}}}, "criteria=%28External_Id%3Aequals%3Aa%29"},
		"several criteria": {zoho.Search{Criteria: []zoho.Criterion{{"A", "1"}, {"B", "2"}}}, "criteria=%28%28A%3Aequals%3A1%29and%28B%3Aequals%3A2%29%29"},
		"escaped":          {zoho.Search{Criteria: []zoho.Criterion{{"A", `x(1),\`}}}, `criteria=%28A%3Aequals%3Ax%5C%281%5C%29%5C%2C%5C%5C%29`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := serving(t, says(204, ""))
			got, err := client(t, e, "v2", &aToken{}).Search(t.Context(), "Contacts", tt.search)
			if err != nil || len(got.Records) != 0 {
				t.Fatalf("Search = %v, %v, want none", got, err)
			}
			if want := "GET /base/crm/v2/Contacts/search?" + tt.want; e.asked[0] != want {
				t.Errorf("asked %s, want %s", e.asked[0], want)
			}
		})
	}
	for _, search := range []zoho.Search{{}, {Email: "a", Phone: "b"}} {
		e := serving(t, says(204, ""))
		if _, err := client(t, e, "v2", &aToken{}).Search(t.Context(), "Contacts", search); err == nil || len(e.asked) > 0 {
			t.Errorf("Search(%+v) = %v with %v asked, want it refused", search, err, e.asked)
		}
	}
}

func TestMatches(t *testing.T) {
	record := zoho.Record{"id": "4711", "Email": "Ada@Example.com", "Phone": "+49 (30) 12-34", "External_Id": "x1", "Number": 42, "Account": map[string]any{"id": "7", "name": "A"}, "Note": "call 493012345"}
	criterion := func(field, value string) zoho.Search {
		return zoho.Search{Criteria: []zoho.Criterion{{field, value}}}
	}
	tests := map[string]struct {
		search zoho.Search
		want   bool
	}{
		"email in any case": {zoho.Search{Email: "ada@example.COM"}, true}, "a longer email": {zoho.Search{Email: "da@example.com"}, false},
		"phone by digits": {zoho.Search{Phone: "+49301234"}, true}, "part of a phone": {zoho.Search{Phone: "301234"}, false},
		"a phone without digits": {zoho.Search{Phone: "x"}, false}, "the id is no phone": {zoho.Search{Phone: "4711"}, false},
		"criterion": {criterion("External_Id", "x1"), true}, "a near miss": {criterion("External_Id", "x"), false},
		"another case": {criterion("External_Id", "X1"), false}, "a number": {criterion("Number", "42"), true},
		"a look-up": {criterion("Account", "7"), true}, "an absent field": {criterion("Gone", "x"), false},
		"nothing": {zoho.Search{}, false},
	}
	for name, tt := range tests {
		if got := zoho.Matches(tt.search, record); got != tt.want {
			t.Errorf("%s: Matches = %v, want %v", name, got, tt.want)
		}
	}
}

func TestReadingFails(t *testing.T) {
	tests := map[string]struct {
		status int
		body   string
		code   string
		retry  bool
	}{
		"no permission":    {403, flat("NO_PERMISSION"), "NO_PERMISSION", false},
		"an error in data": {400, `{"data":[` + flat("INVALID_DATA") + `]}`, "INVALID_DATA", false},
		"HTML":             {200, "<html>", zoho.CodeUnreadable, true},
		"no data":          {200, "{}", zoho.CodeUnreadable, true},
		"no id":            {200, `{"data":[{"a":1}]}`, zoho.CodeUnreadable, true},
		"500":              {500, "", zoho.CodeUnreadable, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := serving(t, says(tt.status, tt.body))
			_, err := client(t, e, "v2", &aToken{}).Records(t.Context(), "Deals", []string{one}, nil)
			var z *zoho.Error
			if !errors.As(err, &z) || z.Code != tt.code || z.Retryable() != tt.retry {
				t.Errorf("Records = %v, want %s, retryable %v", err, tt.code, tt.retry)
			}
		})
	}
}
