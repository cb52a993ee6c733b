package jsonvalue_test

import (
	"encoding/json"
	"errors"
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
		"empty":                {"", "line 1, column 1: empty, expected a JSON value"},
		"blank":                {" \n", "line 1, column 1: empty, expected a JSON value"},
		"cut off":              {"{\n\"a\":", "line 2, column 5: the JSON ends too early"},
		"cut off in a string":  {`{"a`, "line 1, column 4: the JSON ends too early"},
		"a missing comma":      {"{\"ä\": 1 \"b\": 2}", "line 1, column 9: unexpected character in the JSON"},
		"a name twice":         {`{"a":1,"a":2}`, "line 1, column 8: a name occurs twice in one object"},
		"the same, escaped":    {`{"a":1,"\u0061":2}`, "line 1, column 8: a name occurs twice in one object"},
		"broken UTF-8":         {"{\"a\":\"\xff\"}", "line 1, column 7: broken UTF-8"},
		"a second value":       {"{}\n{}", "line 2, column 1: something follows the JSON value"},
		"text":                 {"Closed Won", "line 1, column 1: unexpected character in the JSON"},
		"a lone close":         {"}", "line 1, column 1: unexpected character in the JSON"},
		"too deep":             {strings.Repeat("[", 1500), "line 1, column 1002: nested deeper than 1000 levels"},
		"a number with a zero": {"01", "line 1, column 2: something follows the JSON value"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := jsonvalue.Decode([]byte(tt.text))
			var syntax *jsonvalue.SyntaxError
			if !errors.As(err, &syntax) || err.Error() != tt.want {
				t.Errorf("Decode(%.40q) = %v, %v, want %s", tt.text, got, err, tt.want)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5,"x",null,true]}`, `[[[]]]`, `{"a":1,"a":2}`, "\xff", `"\ud800"`, `1e400`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		value, err := jsonvalue.Decode(text)
		if err != nil {
			var syntax *jsonvalue.SyntaxError
			if !errors.As(err, &syntax) || syntax.Line < 1 || syntax.Column < 1 {
				t.Fatalf("Decode error %#v has no place", err)
			}
			return
		}
		// What is accepted here is JSON to the standard library as well, and survives a round trip.
		again, err := json.Marshal(value)
		if err != nil {
			t.Fatalf("Marshal(%v): %v", value, err)
		}
		second, err := jsonvalue.Decode(again)
		if err != nil {
			t.Fatalf("Decode(%s): %v", again, err)
		}
		if _, isFloat := value.(float64); !isFloat {
			if diff := cmp.Diff(value, second, cmp.Comparer(func(a, b float64) bool { return a == b })); diff != "" && !strings.Contains(string(text), ".") && !strings.ContainsAny(string(text), "eE") {
				t.Fatalf("round trip of %q: -first +second\n%s", text, diff)
			}
		}
	})
}
