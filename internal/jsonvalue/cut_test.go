package jsonvalue_test

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/jsonvalue"
)

func TestCut(t *testing.T) {
	tests := map[string]struct {
		text, rest string
		values     []string
	}{
		"none":         {` { "a" : 1 , "b":2} `, ` { "a" : 1 , "b":2} `, nil},
		"empty":        {`{ }`, `{ }`, nil},
		"alone":        {` { "t" : "x" } `, ` { } `, []string{`"x"`}},
		"first":        {`{ "t":"x" , "a":1,"b":2}`, `{ "a":1,"b":2}`, []string{`"x"`}},
		"in between":   {"{\"a\":1,\n\"t\":null, \"b\":2}", `{"a":1, "b":2}`, []string{"null"}},
		"last":         {`{"a":1,"t":{"t":[]} }`, `{"a":1 }`, []string{`{"t":[]}`}},
		"several":      {`{"t":1,"t":"2","a":{"t":3},"t":4}`, `{"a":{"t":3}}`, []string{"1", `"2"`, "4"}},
		"escaped":      {`{"\u0074":"x","a":1}`, `{"a":1}`, []string{`"x"`}},
		"another case": {`{"T":"x"}`, `{"T":"x"}`, nil},
		"half a pair":  {`{"a":"\ud83d","t":1}`, `{"a":"\ud83d"}`, []string{"1"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			values, rest, err := jsonvalue.Raw(tt.text).Cut("t")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, v := range values {
				got = append(got, string(v))
			}
			if diff := cmp.Diff(tt.values, got); diff != "" || string(rest) != tt.rest {
				t.Errorf("Cut(%s) = %q, rest %s, want %q and %s", tt.text, got, rest, tt.values, tt.rest)
			}
		})
	}
	for _, text := range []string{"", "null", "[]", `"t"`, `{"t":1`, `{"t"}`, `{"t":1,}`, `{"t":1} x`} {
		if values, rest, err := jsonvalue.Raw(text).Cut("t"); err == nil {
			t.Errorf("Cut(%s) = %s, %s, want an error", text, values, rest)
		}
	}
}

// FuzzCut checks that the rest is the object without the member.
func FuzzCut(f *testing.F) {
	for _, text := range []string{`{"t":1,"a":2}`, `{"a":2 , "t":1}`, `{"\u0074":[{"t":1}],"t":2,"b":{"t":3} }`, `{"a":"\ud83d"}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		before, err := jsonvalue.Raw(text).Object()
		values, rest, cutErr := jsonvalue.Raw(text).Cut("t")
		if (err == nil) != (cutErr == nil) {
			t.Fatalf("Cut(%q): %v, Object: %v", text, cutErr, err)
		}
		if err != nil {
			return
		}
		var after map[string]json.RawMessage
		if err := json.Unmarshal(rest, &after); err != nil {
			t.Fatalf("Cut(%q) leaves %q: %v", text, rest, err)
		}
		if (before["t"] != nil) != (len(values) > 0) {
			t.Fatalf("Cut(%q) = %q", text, values)
		}
		want := maps.Clone(before)
		delete(want, "t")
		got := make(map[string]jsonvalue.Raw)
		for name, value := range after {
			got[name] = jsonvalue.Raw(value)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("Cut(%q) leaves %q: -want +got\n%s", text, rest, diff)
		}
	})
}
