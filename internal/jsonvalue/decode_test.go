package jsonvalue_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/jsonvalue"
)

func TestDecode(t *testing.T) {
	tests := map[string]struct {
		text string
		want any
	}{
		"an object":                {`{"a":1,"b":[true,null,"x"]}`, map[string]any{"a": 1, "b": []any{true, nil, "x"}}},
		"odd names":                {`{"":1,"a.b":2,"__proto__":3}`, map[string]any{"": 1, "a.b": 2, "__proto__": 3}},
		"a byte order mark":        {"\xef\xbb\xbf{}", map[string]any{}},
		"an id of 19 digits":       {`5725767000000524157`, 5725767000000524157},
		"the largest integer":      {`9223372036854775807`, 9223372036854775807},
		"one more":                 {`9223372036854775808`, "9223372036854775808"},
		"the smallest integer":     {`-9223372036854775808`, -9223372036854775808},
		"a decimal":                {`0.10`, 0.1},
		"a decimal too long":       {`0.1234567890123456789`, "0.1234567890123456789"},
		"a whole decimal":          {`42.0`, 42.0},
		"an exponent":              {`1e3`, 1000.0},
		"an exponent out of range": {`1e999`, "1e999"},
		"too small":                {`1e-999`, "1e-999"},
		"zero":                     {`0`, 0},
		"zero point zero":          {`0.0`, 0.0},
		"minus zero":               {`-0`, 0},
		"minus zero point zero":    {`-0.0`, 0.0},
		"minus an integer and one": {`-9223372036854775809`, "-9223372036854775809"},
		"seventeen digits":         {`0.30000000000000004`, 0.30000000000000004},
		"digits a float rounds":    {`1.00000000000000000001`, "1.00000000000000000001"},
		"a price":                  {`1250.50`, 1250.5},
		"an id as an exponent":     {`5.725767000000524157E18`, "5.725767000000524157E18"},
		"the smallest float":       {`5e-324`, 5e-324},
		"a little less":            {`4e-324`, "4e-324"},
		"escapes":                  {`"\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00"`, "\"\\/\b\f\n\r\tä😀"},
		"an escaped name":          {`{"\u0061\n":1}`, map[string]any{"a\n": 1}},
		"half a pair":              {`"a\ud83d"`, "a\ufffd"},
		"the other half":           {`"\ude00b"`, "\ufffdb"},
		"the halves the wrong way": {`"\ude00\ud83d"`, "\ufffd\ufffd"},
		"half a pair and a pair":   {`"\ud83d\ud83d\ude00"`, "\ufffd😀"},
		"half a pair, an escape":   {`"\uD83D\n\udbff\u0041"`, "\ufffd\n\ufffdA"},
		"half a pair in names":     {`{"\ud83d":{"x\udc00":1}}`, map[string]any{"\ufffd": map[string]any{"x\ufffd": 1}}},
		"a NUL":                    {`"\u0000"`, "\x00"},
		"empty parts":              {` { "a" : [ ] , "b" : { } , "c" : "" } `, map[string]any{"a": []any{}, "b": map[string]any{}, "c": ""}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := jsonvalue.Decode([]byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Decode(%s): -want +got\n%s", tt.text, diff)
			}
		})
	}
}

func TestDecodeSaysWhere(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"empty":                  {"", "line 1, column 1: empty, expected a JSON value"},
		"blank":                  {" \n", "line 1, column 1: empty, expected a JSON value"},
		"cut off":                {"{\n\"a\":", "line 2, column 5: the JSON ends too early"},
		"cut off in a string":    {`{"a`, "line 1, column 4: the JSON ends too early"},
		"a name twice":           {`{"a":1,"a":2}`, "line 1, column 8: a name occurs twice in one object"},
		"the same, escaped":      {`{"a":1,"\u0061":2}`, "line 1, column 8: a name occurs twice in one object"},
		"broken UTF-8":           {"{\"a\":\"\xff\"}", "line 1, column 7: broken UTF-8"},
		"broken UTF-8, and more": {"{\"a\":\"\xff\",}", "line 1, column 7: broken UTF-8"},
		"broken UTF-8 later":     {"{\"a\":1,,\"\xff\"}", "line 1, column 8: a comma with nothing in front of it"},
		"broken UTF-8 after it":  {"{} \xff", "line 1, column 4: broken UTF-8"},
		"cut off in a character": {"{\"a\":\"ab\xc3", "line 1, column 10: the JSON ends too early"},
		"a surrogate twice":      {`{"\ud800":1,"\udfff":2}`, "line 1, column 13: a name occurs twice in one object"},
		"one like its sign":      {`{"\ud800":1,"\ufffd":2}`, "line 1, column 13: a name occurs twice in one object"},
		"too deep":               {strings.Repeat("[", 1500), "line 1, column 1001: nested deeper than 1000 levels"},
		"a level too deep":       {nested(1001), "line 1, column 1001: nested deeper than 1000 levels"},
		"too deep in objects":    {strings.Repeat(`{"a":`, 1001) + "1" + strings.Repeat("}", 1001), "line 1, column 5001: nested deeper than 1000 levels"},
		"broken UTF-8 in a name": {"{\"\xc3\x28\":1}", "line 1, column 3: broken UTF-8"},
		"after a mark":           {"\xef\xbb\xbf{x", "line 1, column 2: a name without quotation marks"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := jsonvalue.Decode([]byte(tt.text))
			var syntax *jsonvalue.SyntaxError
			if !errors.As(err, &syntax) || got != nil || !says(err, tt.want) {
				t.Errorf("Decode(%.40q) = %v, %v, want %s", tt.text, got, err, tt.want)
			}
		})
	}
}

// says reports whether an error is this one, with or without advice after a colon.
func says(err error, want string) bool {
	advice, ok := strings.CutPrefix(err.Error(), want)
	return ok && (advice == "" || strings.HasPrefix(advice, ":"))
}

func TestDecodeTakesDeepNesting(t *testing.T) {
	for _, levels := range []int{1, 200, jsonvalue.MaxDepth} {
		value, err := jsonvalue.Decode([]byte(nested(levels)))
		if err != nil {
			t.Fatalf("Decode(%d levels): %v", levels, err)
		}
		met := 0
		for list, ok := value.([]any); ok; list, ok = value.([]any) {
			met++
			if len(list) == 0 {
				break
			}
			value = list[0]
		}
		if met != levels {
			t.Errorf("Decode(%d levels) has %d levels", levels, met)
		}
	}
}

func TestDecodeTakesManyNames(t *testing.T) {
	var b strings.Builder
	want := make(map[string]any)
	for i := range 10_000 {
		fmt.Fprintf(&b, `,"key %d":%d`, i, i)
		want[fmt.Sprintf("key %d", i)] = i
	}
	got, err := jsonvalue.Decode([]byte("{" + b.String()[1:] + "}"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("10,000 names: -want +got\n%s", diff)
	}
}

// A value must not change when its buffer is reused.
func TestDecodeKeepsNoPartOfTheText(t *testing.T) {
	text := []byte(`{"name":["value",12]}`)
	got, err := jsonvalue.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	clear(text)
	if diff := cmp.Diff(map[string]any{"name": []any{"value", 12}}, got); diff != "" {
		t.Errorf("after the text changed: -want +got\n%s", diff)
	}
}

func nested(levels int) string {
	return strings.Repeat("[", levels) + strings.Repeat("]", levels)
}

// Minus zero equals zero, but would be written as -0.
func TestMinusZeroHasNoSign(t *testing.T) {
	for _, text := range []string{"-0.0", "-0e5"} {
		if f, ok := jsonvalue.Number(text).(float64); !ok || math.Signbit(f) {
			t.Errorf("Number(%s) = %v, want 0", text, jsonvalue.Number(text))
		}
	}
}
