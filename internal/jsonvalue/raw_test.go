package jsonvalue_test

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"untag/internal/jsonvalue"
)

func TestRaw(t *testing.T) {
	text := jsonvalue.Raw(` {"a": {"b": [1, "x\n\"é"]}, "c": null, "a2": "",  "c": [] } `)
	members, err := text.Object()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]jsonvalue.Raw{"a": jsonvalue.Raw(`{"b": [1, "x\n\"é"]}`), "c": jsonvalue.Raw("[]"), "a2": jsonvalue.Raw(`""`)}
	if diff := cmp.Diff(want, members); diff != "" {
		t.Errorf("Object: -want +got\n%s", diff)
	}
	inner, _ := members["a"].Object()
	list, err := inner["b"].List()
	if err != nil || len(list) != 2 || string(list[0]) != "1" {
		t.Fatalf("List(%s) = %s, %v, want 1 and a string", inner["b"], list, err)
	}
	if got, ok := list[1].Text(); !ok || string(got) != "x\n\"é" {
		t.Errorf("Text(%s) = %q, %t", list[1], got, ok)
	}
	if got, ok := list[0].Text(); ok {
		t.Errorf("Text(%s) = %q, want none", list[0], got)
	}
}

func TestRawOfAnotherKind(t *testing.T) {
	for _, text := range []string{"", "null", "1", `"{}"`, "{", "[", `{"a"}`, `{"a":}`, `{"a":1,}`, "[1,]", "{} {}", "[] x", `{"a":01}`} {
		if got, err := jsonvalue.Raw(text).Object(); err == nil {
			t.Errorf("Object(%s) = %s, want an error", text, got)
		}
		if got, err := jsonvalue.Raw(text).List(); err == nil {
			t.Errorf("List(%s) = %s, want an error", text, got)
		}
	}
}

// FuzzRaw compares Raw with encoding/json.
func FuzzRaw(f *testing.F) {
	for _, text := range []string{`{"a":"b\u00e9\ud83d","a":{}}`, `["\ud83d\ude00", null]`, "{\"\xff\":\"\xff\"}", `{"a":1`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var object map[string]json.RawMessage
		var list []json.RawMessage
		members, err := jsonvalue.Raw(text).Object()
		if want := json.Unmarshal([]byte(text), &object); (err == nil) != (want == nil && object != nil) {
			t.Fatalf("Object(%q): %v, encoding/json: %v", text, err, want)
		}
		elements, err := jsonvalue.Raw(text).List()
		if want := json.Unmarshal([]byte(text), &list); (err == nil) != (want == nil && list != nil) {
			t.Fatalf("List(%q): %v, encoding/json: %v", text, err, want)
		}
		if len(members) != len(object) || len(elements) != len(list) {
			t.Fatalf("%q: %d members and %d elements, encoding/json: %d and %d", text, len(members), len(elements), len(object), len(list))
		}
		for name, value := range members {
			sameText(t, value, object[name])
		}
		for i, value := range elements {
			sameText(t, value, list[i])
		}
	})
}

func sameText(t *testing.T, value jsonvalue.Raw, raw json.RawMessage) {
	var want *string
	isText := json.Unmarshal(raw, &want) == nil && want != nil
	got, ok := value.Text()
	if string(value) != string(raw) || ok != isText || ok && string(got) != *want {
		t.Fatalf("Text(%q) = %q, %t; encoding/json has %q", value, got, ok, raw)
	}
	for _, most := range []int{0, len(got) - 1, len(got), math.MaxInt} {
		size, sized := value.LeastTextSize(most)
		if sized == isText && (!ok || size >= 0 && size <= len(got) && (size > most || len(got) <= most || bytes.Contains(value, []byte(`\\`)) || !utf8.Valid(value))) {
			continue
		}
		t.Fatalf("LeastTextSize(%q, %d) = %d, %t, but its text is %q of %d bytes", value, most, size, sized, got, len(got))
	}
}

func TestRawLeastTextSize(t *testing.T) {
	tests := map[string]struct {
		text       string
		most, want int
	}{
		"empty":                   {`""`, 0, 0},
		"without escapes":         {`"abc é"`, 100, 6},
		"over by far":             {`"a text with an escape\n"`, 3, 18},
		"within the limit":        {`"\n\n\n"`, 3, 0},
		"over":                    {`"\n\n\n"`, 2, 3},
		"over, letters":           {`"\u0041\u00e9\uFFFD"`, 3, 6},
		"over, a pair":            {`"\ud83d\ude00"`, 2, 4},
		"over, half a pair":       {`"\ud83d\n"`, 1, 4},
		"over, pairs in disorder": {`"\ude00\ud83d"`, 2, 6},
		"over, far apart":         {`"\u00e9 and, after a while, \u00e9"`, 23, 25},
		"escaped backslashes":     {`"\\\\"`, 1, 0},
		"broken UTF-8":            {"\"\xff\"", 0, 1},
	}
	for name, tt := range tests {
		if got, ok := jsonvalue.Raw(tt.text).LeastTextSize(tt.most); !ok || got != tt.want {
			t.Errorf("%s: LeastTextSize(%s, %d) = %d, %t, want %d", name, tt.text, tt.most, got, ok, tt.want)
		}
	}
	for _, text := range []string{"", "1", "null", "{}", "[]", `"`} {
		if got, ok := jsonvalue.Raw(text).LeastTextSize(0); ok {
			t.Errorf("LeastTextSize(%s) = %d, want none", text, got)
		}
	}
}

func TestMember(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"first of a name":    {`{"a": 1, "b": [2 ], "b": 3}`, "[2 ]"},
		"escaped name":       {`{"\u0062": 1}`, "1"},
		"null":               {`{"b": null}`, "null"},
		"what follows it":    {`{"b": "x", oh`, `"x"`},
		"of an inner object": {`{"a": {"b": 1}}`, ""},
		"missing":            {`{"a": 1}`, ""},
		"cut off before it":  {`{"a": [1`, ""},
		"cut off in it":      {`{"b": [1`, ""},
		"a list":             {`["b", 1]`, ""},
		"empty":              {``, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := jsonvalue.Raw(tt.text).Member("b"); string(got) != tt.want || (got == nil) != (tt.want == "") {
				t.Errorf("Member(%s) = %s, want %s", tt.text, got, tt.want)
			}
		})
	}
}
