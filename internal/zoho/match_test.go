package zoho_test

import (
	"testing"

	"untag/internal/zoho"
)

// TestMatchesEmail: the letters A to Z match in either case, and nothing else is folded.
func TestMatchesEmail(t *testing.T) {
	tests := map[string]struct {
		searched, stored string
		want             bool
	}{
		"another case":              {"Mike.Smith@EXAMPLE.com", "mike.smith@example.COM", true},
		"the Kelvin sign is not k":  {"mike@example.com", "mi\u212ae@example.com", false},
		"a long s is not s":         {"smith@example.com", "\u017fmith@example.com", false},
		"searched by a long s":      {"\u017fmith@example.com", "smith@example.com", false},
		"a dotted capital i":        {"\u0130nfo@example.com", "info@example.com", false},
		"an umlaut in another case": {"\u00c4@example.com", "\u00e4@example.com", false},
		"the same umlaut":           {"\u00e4@Example.com", "\u00e4@example.com", true},
		"a bracket is not a brace":  {"[x@example.com", "{x@example.com", false},
		"an at is not a backquote":  {"x@example.com", "x`example.com", false},
		"full width letters":        {"\uff41@example.com", "a@example.com", false},
	}
	for name, tt := range tests {
		if got := zoho.Matches(zoho.Search{Email: tt.searched}, zoho.Record{"id": "1", "Email": tt.stored}); got != tt.want {
			t.Errorf("%s: Matches = %v, want %v", name, got, tt.want)
		}
	}
}

// TestMatchesPhone: numbers match as people mean them, in any field that holds one.
func TestMatchesPhone(t *testing.T) {
	tests := map[string]struct {
		searched, region, stored string
		want                     bool
	}{
		"without its country code":     {"+1 415-555-0100", "US", "(415) 555-0100", true},
		"with 00":                      {"(415) 555-0100", "US", "0014155550100", true},
		"an extension in the CRM":      {"0014155550100", "US", "+1 415-555-0100 ext. 5", true},
		"an extension in the event":    {"+1-415-555-0100;ext=5", "", "+1 (415) 555-0100", true},
		"the trunk zero":               {"030 1234567", "DE", "+49 (0)30 1234567", true},
		"the zero of Italy":            {"06 1234567", "IT", "+39 6 1234567", false},
		"another country":              {"+49 30 1234567", "DE", "+43 30 1234567", false},
		"no region":                    {"(415) 555-0100", "", "+1 415-555-0100", false},
		"no region, and none has one":  {"(415) 555-0100", "", "415.555.0100", true},
		"letters":                      {"1-800-FLOWERS", "US", "1-800-FLOWERS", false},
		"a date is not a number":       {"2024 01 02", "US", "2024-01-02", false},
		"a number within another text": {"+1 415-555-0100", "US", "call 415-555-0100", false},
	}
	for name, tt := range tests {
		record := zoho.Record{"id": "14155550100", "Other_Phone": tt.stored, "Count": 4155550100, "Note": "x"}
		if got := zoho.Matches(zoho.Search{Phone: tt.searched, Region: tt.region}, record); got != tt.want {
			t.Errorf("%s: Matches = %v, want %v", name, got, tt.want)
		}
	}
}

func TestWider(t *testing.T) {
	for name, tt := range map[string]struct{ phone, region, want string }{
		"a country code":    {"+49 (0)30 1234567", "", "301234567"},
		"a trunk zero":      {"030 1234567", "DE", "301234567"},
		"an extension":      {"415-555-0100 ext. 5", "US", "4155550100"},
		"the digits alone":  {"(415) 555-0100", "US", ""},
		"too few digits":    {"+49 110", "DE", ""},
		"no number":         {"1-800-FLOWERS", "US", ""},
		"not by phone":      {"", "US", ""},
		"an unknown region": {"030 1234567", "", ""},
	} {
		got, ok := zoho.Search{Phone: tt.phone, Region: tt.region}.Wider()
		if got.Phone != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: Wider = %q, %v, want %q", name, got.Phone, ok, tt.want)
		}
	}
}

func TestMatches(t *testing.T) {
	record := zoho.Record{"id": "4711", "Email": "Ada@Example.com", "Phone": "+49 (30) 12-34", "External_Id": "x1", "Number": 42, "Account": map[string]any{"id": "7", "name": "A"}, "Note": "call 493012345",
		"Price": 1000000.5, "Rate": 42.0, "Flag": true, "Date": "2024:01:02", "List": []any{"a"}, "Null": nil}
	criterion := func(field, value string) zoho.Search {
		return zoho.Search{Criteria: []zoho.Criterion{{field, value}}}
	}
	tests := map[string]struct {
		search zoho.Search
		want   bool
	}{
		"email in any case": {zoho.Search{Email: "ada@example.COM"}, true}, "a longer email": {zoho.Search{Email: "da@example.com"}, false},
		"phone by digits": {zoho.Search{Phone: "+49301234"}, true}, "part of a phone": {zoho.Search{Phone: "301234"}, false},
		"a phone without digits": {zoho.Search{Phone: "x"}, false}, "the id is not a phone": {zoho.Search{Phone: "4711"}, false},
		"criterion": {criterion("External_Id", "x1"), true}, "a near miss": {criterion("External_Id", "x"), false},
		"another case": {criterion("External_Id", "X1"), false}, "a number": {criterion("Number", "42"), true},
		"a look-up": {criterion("Account", "7"), true}, "an absent field": {criterion("Gone", "x"), false},
		"the name of a look-up": {criterion("Account.name", "A"), true}, "another look-up": {criterion("Account.id", "8"), false}, "a look-up that leads nowhere": {criterion("Null.id", "7"), false},
		"nothing": {zoho.Search{}, false}, "a field of a look-up": {criterion("Account.id", "7"), true}, "no field of a look-up": {criterion("Account.x", "7"), false}, "a dot too many": {criterion("External_Id.id", "x1"), false}, "a look-up's name": {criterion("Account", "A"), true}, "the id itself": {criterion("id", "4711"), true},
		"a decimal": {criterion("Price", "1000000.5"), true}, "another way to write it": {criterion("Price", "1.0000005e+06"), true},
		"a whole decimal": {criterion("Rate", "42"), true}, "a number as a decimal": {criterion("Number", "42.0"), true},
		"another number": {criterion("Number", "43"), false}, "no number": {criterion("Number", "x"), false}, "a boolean": {criterion("Flag", "true"), true},
		"a list": {criterion("List", "[a]"), false}, "null": {criterion("Null", ""), false}, "null by its name": {criterion("Null", "<nil>"), false},
		"digits of a date": {zoho.Search{Phone: "20240102"}, false}, "spaces around": {zoho.Search{Email: " ada@example.com "}, true},
		"one of two criteria": {zoho.Search{Criteria: []zoho.Criterion{{"External_Id", "x1"}, {"Number", "1"}}}, false},
		"both criteria":       {zoho.Search{Criteria: []zoho.Criterion{{"External_Id", "x1"}, {"Number", "42"}}}, true},
	}
	for name, tt := range tests {
		if got := zoho.Matches(tt.search, record); got != tt.want {
			t.Errorf("%s: Matches = %v, want %v", name, got, tt.want)
		}
	}
}
