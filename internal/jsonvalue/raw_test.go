package jsonvalue_test

import (
	"encoding/json"
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

// FuzzRaw holds Raw against encoding/json.
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
		t.Fatalf("%q says %q, %t; encoding/json has %q", value, got, ok, raw)
	}
	size, sized := value.TextSize()
	// What replaces broken UTF-8 is longer.
	if sized != isText || size > len(got) || utf8.Valid(value) && size != len(got) {
		t.Fatalf("%q has the size %d, %t, and says %q of %d bytes", value, size, sized, got, len(got))
	}
}

// TestRawTextSize: what a text says is counted as it will be once it is decoded.
func TestRawTextSize(t *testing.T) {
	for text, want := range map[string]int{
		`""`: 0, `"abc"`: 3, `"é"`: 2, `"\n\"\\\/"`: 4, `"\u0000\u0041"`: 2, `"\u00e9"`: 2, `"\uFFFD"`: 3,
		`"\ud83d\ude00"`: 4, `"\ud83d"`: 3, `"\ud83d\n"`: 4, `"\ude00\ud83d"`: 6, `"\ud83d\ud83d\ude00"`: 7, `"\ud83dx"`: 4, "\"\xff\"": 1,
	} {
		value := jsonvalue.Raw(text)
		got, ok := value.TextSize()
		if says, _ := value.Text(); !ok || got != want || utf8.ValidString(text) && len(says) != want {
			t.Errorf("TextSize(%s) = %d, %t, and it says %q, want %d", text, got, ok, says, want)
		}
	}
	for _, text := range []string{"", "1", "null", "{}", "[]", `"`} {
		if got, ok := jsonvalue.Raw(text).TextSize(); ok {
			t.Errorf("TextSize(%s) = %d, want none", text, got)
		}
	}
}
