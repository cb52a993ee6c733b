package sandbox_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/sandbox"
)

func TestParseRecords(t *testing.T) {
	got, err := sandbox.ParseRecords([]byte(`
Deals:
  - id: 5725767000000524157
    Stage: Closed Won
    Amount: 1000.5
    Count: 3
    Large: 99999999999999999999
    Open: false
    Closing_Date: 2030-01-02
    Owner: {name: Ann, id: "1"}
    Lines: [1, two, null]
    Tag: [In progress, VIP]
  - {id: "002", Tag: }
Leads:
`))
	if err != nil {
		t.Fatal(err)
	}
	want := sandbox.Records{
		"Deals": {
			{
				"id": "5725767000000524157", "Stage": "Closed Won", "Amount": 1000.5, "Count": 3,
				"Large": "99999999999999999999", "Open": false, "Closing_Date": "2030-01-02",
				"Owner": map[string]any{"name": "Ann", "id": "1"}, "Lines": []any{1, "two", nil},
				"Tag": []any{"In progress", "VIP"},
			},
			{"id": "002", "Tag": []any{}},
		},
		"Leads": {},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ParseRecords() (-want +got):\n%s", diff)
	}
}

func TestParseRecordsFaults(t *testing.T) {
	tests := map[string]struct {
		data string
		line int
		want string
	}{
		"a tab":              {"Deals:\n\t- {id: 1}", 2, ""},
		"a list":             {"- Deals", 1, "map of modules"},
		"a text":             {"Deals", 1, "map of modules"},
		"two documents":      {"Deals: []\n---\nLeads: []", 2, "second YAML document"},
		"module twice":       {"Deals: []\nDeals: []", 2, `"Deals" occurs twice, first on line 1`},
		"not the API name":   {"Price Books: []", 1, "may be Price_Books"},
		"a path":             {"../x: []", 1, "not the API name"},
		"module of a map":    {"Deals: {id: 1}", 1, "list of records"},
		"record of text":     {"Deals: [x]", 1, "a map of fields"},
		"no id":              {"Deals:\n  - {Stage: x}", 2, "must have an id"},
		"id of letters":      {"Deals:\n  - id: abc", 2, "quoted string"},
		"id of a float":      {"Deals:\n  - id: 5.7e18", 2, "quoted string"},
		"id of null":         {"Deals: [{id: }]", 1, "quoted string"},
		"id of a list":       {"Deals: [{id: [1]}]", 1, "quoted string"},
		"negative id":        {"Deals: [{id: -1}]", 1, "quoted string"},
		"hexadecimal id":     {"Deals: [{id: 0x1F}]", 1, "quoted string"},
		"id twice":           {"Deals:\n  - id: 1\n  - id: \"1\"", 3, "twice in Deals, first on line 2"},
		"field twice":        {"Deals:\n  - id: 1\n    A: 1\n    A: 2", 4, `"A" occurs twice, first on line 3`},
		"tags of text":       {"Deals: [{id: 1, Tag: x}]", 1, "list of tag names"},
		"tag of a number":    {"Deals: [{id: 1, Tag: [1]}]", 1, "quote it"},
		"long tag":           {"Deals: [{id: 1, Tag: [abcdefghijklmnopqrstuvwxyz]}]", 1, "25 characters"},
		"tag with a comma":   {`Deals: [{id: 1, Tag: ["a,b"]}]`, 1, "does not allow"},
		"tag twice":          {"Deals: [{id: 1, Tag: [a, a]}]", 1, "twice"},
		"eleven tags":        {"Deals: [{id: 1, Tag: [a, b, c, d, e, f, g, h, i, j, k]}]", 1, "at most 10"},
		"an alias":           {"Deals: [{id: 1, A: &a 1, B: *a}]", 1, "aliases"},
		"not a number":       {"Deals: [{id: 1, A: .nan}]", 1, "not a number that JSON has"},
		"nested too deep":    {"Deals: [{id: 1, A: " + strings.Repeat("[", 30) + strings.Repeat("]", 30) + "}]", 1, "nested"},
		"a list used as key": {"Deals: [{id: 1, [a]: 1}]", 1, "a key must be text"},
		"not UTF-8":          {"Deals: [{id: 1, A: \"\xff\"}]", 0, "not UTF-8"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := sandbox.ParseRecords([]byte(test.data))
			var fault *sandbox.RecordsError
			if !errors.As(err, &fault) {
				t.Fatalf("ParseRecords(%q) = %v, %v, want a *RecordsError", test.data, got, err)
			}
			if fault.Line != test.line || !strings.Contains(fault.Message, test.want) {
				t.Errorf("ParseRecords(%q) = %v, want line %d: …%s…", test.data, err, test.line, test.want)
			}
		})
	}
}

func TestParseRecordsTellsAllAtOnce(t *testing.T) {
	_, err := sandbox.ParseRecords([]byte("Deals:\n  - {id: x}\n  - {Tag: [1]}\nPrice Books: []\n"))
	for _, want := range []string{"line 2", "line 3", "line 4"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseRecords() = %v, want %s in it", err, want)
		}
	}
}

func TestParseRecordsOfNothing(t *testing.T) {
	for _, data := range []string{"", "\n", "# nothing\n", "null", "{}", "---\n"} {
		if got, err := sandbox.ParseRecords([]byte(data)); err != nil || got == nil || len(got) != 0 {
			t.Errorf("ParseRecords(%q) = %v, %v, want no records", data, got, err)
		}
	}
}

func FuzzParseRecords(f *testing.F) {
	f.Add([]byte(`Deals: [{id: "5725767000000524157", Stage: Closed Won, Tag: [In progress]}]`))
	f.Add([]byte("Deals:\n  - {id: 1, A: &a [1], B: *a}\n---\n"))
	f.Add([]byte("? {a: b}\n: c"))
	f.Fuzz(func(t *testing.T, data []byte) {
		records, err := sandbox.ParseRecords(data)
		if err != nil {
			if records != nil {
				t.Fatalf("ParseRecords(%q) = %v, %v: both", data, records, err)
			}
			return
		}
		sb := sandbox.New(sandbox.Config{Records: records})
		for module, list := range records {
			for _, rec := range list {
				if _, ok := sb.Tags(module, rec["id"].(string)); !ok {
					t.Fatalf("ParseRecords(%q): %v is not in the sandbox", data, rec)
				}
			}
		}
	})
}
