package condition_test

import (
	"strings"
	"testing"
	"time"

	"untag/internal/condition"
)

// valueOf evaluates an expression for an event whose only field is x.
func valueOf(t *testing.T, text string, x any) (any, *condition.Unknown) {
	t.Helper()
	e, err := condition.Parse(text)
	if err != nil {
		t.Fatalf("Parse(%s): %v", text, err)
	}
	return e.Value(condition.NewRun(condition.Scope{Event: map[string]any{"x": x}}, condition.Work, nil))
}

func TestNumber(t *testing.T) {
	for text, want := range map[string]any{
		"42": 42, " 42 ": 42, "-42": -42, "+42": 42, "−42": -42, "1,234.50": 1234.5, "1.234,50": 1234.5, "$ 1 234.50": 1234.5, "12.500,00 €": 12500,
		"1\u00a0234,5": 1234.5, "1\u202f234\u202f567": 1234567, "1'234'567.89": 1234567.89, "1’234.5": 1234.5, "EUR 1.234,00": 1234, "1,234.00 USD": 1234, "USD -5": -5,
		"-$5.00": -5, "$-5.00": -5, "1,234,567": 1234567, "1.234.567": 1234567, "12,5": 12.5, "12.5": 12.5, "0.125": 0.125, "0,125": 0.125, "1234.567": 1234.567, ".5": 0.5,
		"1.2345": 1.2345, "007": 7, "5725767000000524157": 5725767000000524157, "1 000,000": 1000,
	} {
		if got, u := valueOf(t, "number(event.x)", text); got != want {
			t.Errorf("number(%q) = %v %v, want %v", text, got, u, want)
		}
	}
	for text, want := range map[string]string{
		"1,234": "say which sign is the decimal sign: number(event.x, \",\")", "1.234": "say which sign", "12,345 €": "say which sign", "abc": "not a number", "": "not a number",
		"1,23,456": "not a number", "1.234.56": "not a number", "1,2.3,4": "not a number", "1 23": "not a number", "1-2": "not a number", "--1": "not a number", "€": "not a number",
		"99999999999999999999": "too large for 64 bits", "1e5": "not a number", "0x10": "not a number", "NaN": "not a number", ".": "not a number", "1.": "not a number",
	} {
		if got, u := valueOf(t, "number(event.x)", text); u == nil || u.Truth() != condition.Failed || !strings.Contains(u.Message(), want) {
			t.Errorf("number(%q) = %v %v, want %q", text, got, u, want)
		}
	}
	for _, test := range []struct {
		text, decimal string
		want          any
	}{{"1,234", ",", 1.234}, {"1,234", ".", 1234}, {"1.234", ".", 1.234}, {"1.234", ",", 1234}, {"1.234,5", ",", 1234.5}, {"12", ",", 12}} {
		if got, u := valueOf(t, `number(event.x, "`+test.decimal+`")`, test.text); got != test.want {
			t.Errorf("number(%q, %q) = %v %v, want %v", test.text, test.decimal, got, u, test.want)
		}
	}
	if got, u := valueOf(t, `number(event.x, ".")`, "1.234,50"); u == nil {
		t.Errorf("number with the wrong decimal sign = %v", got)
	}
	if got, _ := valueOf(t, "number(event.x)", 1.5); got != 1.5 {
		t.Errorf("number(1.5) = %v", got)
	}
	if _, u := valueOf(t, "float(event.x)", "1,234.50"); u == nil || !strings.Contains(u.Message(), "number(event.x)") {
		t.Errorf("float does not suggest number: %v", u)
	}
}

func TestDate(t *testing.T) {
	noon := "2026-03-01T12:00:00Z"
	for text, want := range map[string]string{
		noon: noon, "2026-03-01": "2026-03-01T00:00:00Z", "20260301": "2026-03-01T00:00:00Z", "2026-03-01T12:00:00": noon, "2026-03-01 12:00:00": noon, "2026-03-01T12:00": noon,
		"2026-03-01 12:00": noon, "2026-03-01T12:00Z": noon, "2026-03-01t12:00:00z": noon, "2026-03-01T13:00:00+0100": noon, "2026-03-01T13:00:00+01": noon, "2026-03-01T13:00:00+01:00": noon,
		"2026-03-01 13:00:00 +0100": noon, "2026-03-01 13:00+01": noon, "2026-03-01 06:30:00 -0530": noon, "2026-03-01 12:00:00 UTC": noon, "2026-03-01T12:00:00 GMT": noon,
		"20260301T120000Z": noon, "20260301T1200": noon, "2026-03-01T12:00:00.25Z": "2026-03-01T12:00:00.25Z", "2026-03-01T12:00:00,123456789+00:00": "2026-03-01T12:00:00.123456789Z",
		"Sun, 01 Mar 2026 12:00:00 GMT": noon, "Sun, 1 Mar 2026 13:00:00 +0100": noon, "01 Mar 2026 12:00:00 UTC": noon, " 2026-03-01T12:00:00Z ": noon,
	} {
		got, u := valueOf(t, "date(event.x)", text)
		if date, ok := got.(time.Time); !ok || date.Format(time.RFC3339Nano) != want || date.Location() != time.UTC {
			t.Errorf("date(%q) = %v %v, want %s", text, got, u, want)
		}
	}
	for _, text := range []string{"", "today", "2026-13-01", "2026-02-30", "01.03.2026", "2026-03-01T25:00:00Z", "2026-03-01+01:00", "2026-03", "12:00", "2026-03-01T12:00.5Z", "2026-03-01T12:00:00+1"} {
		if got, u := valueOf(t, "date(event.x)", text); u == nil || !strings.Contains(u.Message(), "docs/rules.md") {
			t.Errorf("date(%q) = %v %v, want a fault", text, got, u)
		}
	}
	for layout, text := range map[string]string{
		"02.01.2006": "01.03.2026", "dd.MM.yyyy": "01.03.2026", "d.M.yyyy": "1.3.2026", "MM/dd/yyyy": "03/01/2026", "DD/MM/YYYY": "01/03/2026", "yyyy-MM-dd": "2026-03-01", "yy.MM.dd": "26.03.01",
		"d MMM yyyy": "1 Mar 2026", "MMMM d, yyyy": "March 1, 2026", "EEE, d MMM yyyy": "Sun, 1 Mar 2026", "dd.MM.yyyy HH:mm": "01.03.2026 00:00", "dd/MM/yyyy hh:mm a": "01/03/2026 12:00 AM",
		"yyyy-MM-ddTHH:mm:ssXXX": "2026-03-01T01:00:00+01:00", "yyyy-MM-dd HH:mm:ss.SSS Z": "2026-03-01 00:00:00.000 +0000", "%d.%m.%Y": "01.03.2026", "%Y-%m-%dT%H:%M:%S%z": "2026-03-01T01:00:00+0100",
		"%b %d, %Y": "Mar 01, 2026", "%F": "2026-03-01", "%m/%d/%y": "03/01/26",
	} {
		got, u := valueOf(t, `date(event.x, "`+layout+`")`, text)
		if date, ok := got.(time.Time); !ok || !date.Equal(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("date(%q, %q) = %v %v", text, layout, got, u)
		}
	}
	if got, u := valueOf(t, `date("01.03.2026", event.x)`, "dd.MM.yyyy"); u != nil {
		t.Errorf("date with a layout of the event = %v %v", got, u)
	}
	if _, u := valueOf(t, `date("01.03.2026", event.x)`, "dd.MM"); u == nil {
		t.Error("date with a bad layout of the event is accepted")
	}
}

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"30d": 720 * time.Hour, "2w": 336 * time.Hour, "1d12h": 36 * time.Hour, "1h30m": 90 * time.Minute, "1.5d": 36 * time.Hour, "90s": 90 * time.Second, "250ms": 250 * time.Millisecond,
		"-1d": -24 * time.Hour, "0": 0, "0s": 0, "1w1d": 192 * time.Hour,
	} {
		if got, u := valueOf(t, "duration(event.x)", text); got != want {
			t.Errorf("duration(%q) = %v %v, want %v", text, got, u, want)
		}
	}
	for _, text := range []string{"", "d", "30", "1 day", "1y", "1d ", "99999999w", "--1d", "1h-1m"} {
		if got, u := valueOf(t, "duration(event.x)", text); u == nil {
			t.Errorf("duration(%q) = %v, want a fault", text, got)
		}
	}
}

func TestTextOf(t *testing.T) {
	for want, v := range map[string]any{"a": "a", "1": 1, "1000000": 1e6, "0.1": 0.1, "true": true, "2026-03-01T00:00:00Z": time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), "1h0m0s": time.Hour} {
		if got, ok := condition.TextOf(v); got != want || !ok {
			t.Errorf("TextOf(%v) = %q, want %q", v, got, want)
		}
	}
	for _, v := range []any{nil, []any{}, map[string]any{}} {
		if got, ok := condition.TextOf(v); ok {
			t.Errorf("TextOf(%v) = %q", v, got)
		}
	}
}

// Equal constants have the same key.
func TestKey(t *testing.T) {
	for _, test := range []struct {
		v, key any
		kind   condition.Kind
	}{{1, 1, condition.NumberKind}, {1.0, 1, condition.NumberKind}, {1.5, 1.5, condition.NumberKind}, {1e30, 1e30, condition.NumberKind}, {"1", "1", condition.TextKind},
		{true, true, condition.BoolKind}, {nil, nil, condition.OtherKind}, {[]any{}, nil, condition.OtherKind}} {
		if key, kind := condition.Key(test.v); key != test.key || kind != test.kind {
			t.Errorf("Key(%v) = %v %v, want %v %v", test.v, key, kind, test.key, test.kind)
		}
	}
}
