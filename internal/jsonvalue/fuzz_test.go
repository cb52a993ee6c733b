package jsonvalue_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"untag/internal/jsonvalue"
)

// FuzzDecode compares the decoder with encoding/json: it accepts nothing that the standard
// library rejects, and reads the same value from what both accept.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,2.5,"x",null,true]}`, `[[[]]]`, `{"a":1,"a":2}`, "\xff", `"\ud800"`, `1e400`, `{"a":1,}`,
		`{"\u0061":1,"a":2}`, "\xef\xbb\xbf{}", `-0`, `{"a" 1}`, `[1 2]`, `{} {}`, `5725767000000524157`, `{'a':"b"`, `{"a":1,234.5}`,
		`[1 234,{"b":"c"d"}]`, `{{x}}`, `{"a":tru`, `{"a":-.5,"b":"\x"}`, "{\"a\":\"\n\\u12", `[1'000,+1,00,None]//`,
		`"\ud83d\ude00"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := jsonvalue.Decode(text)
		if err != nil {
			var syntax *jsonvalue.SyntaxError
			if !errors.As(err, &syntax) || syntax.Line < 1 || syntax.Column < 1 || syntax.Offset > len(text) {
				t.Fatalf("Decode(%q) = %#v, want an error with a place", text, err)
			}
			if !refusedOnPurpose(syntax.Message) && utf8.Valid(text) && json.Valid(text) {
				t.Fatalf("Decode(%q) = %v, but it is JSON", text, err)
			}
			firstFault(t, text, syntax)
			return
		}
		if !utf8.Valid(text) {
			t.Fatalf("Decode(%q) = %v, but it is not UTF-8", text, got)
		}
		var want any
		decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))))
		decoder.UseNumber()
		if err := decoder.Decode(&want); err != nil {
			t.Fatalf("Decode(%q) = %v, but encoding/json returns %v", text, got, err)
		}
		if !same(want, got) {
			t.Fatalf("Decode(%q) = %#v, want %#v", text, got, want)
		}
	})
}

// firstFault checks that the cause is known, and that the text before it can begin valid
// JSON.
func firstFault(t *testing.T, text []byte, fault *jsonvalue.SyntaxError) {
	if strings.HasPrefix(fault.Message, "unexpected") {
		t.Fatalf("Decode(%q) = %v, which does not name a cause", text, fault)
	}
	before := bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))[:fault.Offset]
	var early *jsonvalue.SyntaxError
	_, err := jsonvalue.Decode(before)
	if errors.As(err, &early) && !strings.HasPrefix(early.Message, "the JSON ends too early") && !strings.HasPrefix(early.Message, "empty") {
		t.Fatalf("Decode(%q) = %v, but the text before it already has a fault: %v", text, fault, err)
	}
}

// refusedOnPurpose reports whether Decode rejects on purpose what encoding/json accepts.
func refusedOnPurpose(message string) bool {
	return message == "a name occurs twice in one object" || strings.HasPrefix(message, "nested deeper")
}

func same(want, got any) bool {
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok || len(object) != len(want) {
			return false
		}
		for name, value := range want {
			if met, ok := object[name]; !ok || !same(value, met) {
				return false
			}
		}
		return true
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return false
		}
		for i := range want {
			if !same(want[i], list[i]) {
				return false
			}
		}
		return true
	case json.Number:
		return sameNumber(want.String(), got)
	}
	return want == got
}

// sameNumber reports whether no digit was lost, in any type that a number may become.
func sameNumber(text string, got any) bool {
	switch got := got.(type) {
	case string:
		return got == text
	case int:
		return strconv.Itoa(got) == text || got == 0 && text == "-0"
	case float64:
		want, okText := rational(text)
		back, okBack := rational(strconv.FormatFloat(got, 'g', -1, 64))
		return okText && okBack && want.Cmp(back) == 0
	}
	return false
}

// rational rejects exponents whose expansion would take all memory: no float64 has them,
// except zero.
func rational(text string) (*big.Rat, bool) {
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		exponent, err := strconv.Atoi(text[i+1:])
		if strings.Trim(text[:i], "-0.") == "" {
			return new(big.Rat), true
		}
		if err != nil || exponent < -2000 || exponent > 2000 {
			return nil, false
		}
	}
	return new(big.Rat).SetString(text)
}
