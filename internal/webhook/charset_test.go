package webhook_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"untag/internal/event"
	"untag/internal/webhook"
)

const (
	form      = "application/x-www-form-urlencoded"
	multipart = "multipart/form-data; boundary=b"
)

func TestParseReadsTheDeclaredCharset(t *testing.T) {
	const field = `Content-Disposition: form-data; name="a"`
	tests := map[string]struct {
		contentType, body string
		want              map[string]any
	}{
		"a form":                       {form + "; charset=windows-1252", "a=Zo%EB+%80", map[string]any{"a": "Zoë €"}},
		"a form, as HTML means it":     {form + "; charset=ISO-8859-1", "a=Zo%EB+%80", map[string]any{"a": "Zoë €"}},
		"a form with its name":         {form + `; charset="Latin1"`, "Zo%EB=1&%EB=%eb", map[string]any{"Zoë": "1", "ë": "ë"}},
		"a form that escapes nothing":  {form + "; charset=iso-8859-1", "a=Zo\xeb", map[string]any{"a": "Zoë"}},
		"a form, not as it looks":      {form + "; charset=iso-8859-1", "a=%C3%AB", map[string]any{"a": "Ã«"}},
		"the newer Latin":              {form + "; charset=ISO-8859-15", "a=%A4", map[string]any{"a": "€"}},
		"a form in UTF-8":              {form + "; charset=utf8", "a=Zo%C3%AB", map[string]any{"a": "Zoë"}},
		"a form in more than ASCII":    {form + "; charset=us-ascii", "a=Zo%C3%AB", map[string]any{"a": "Zoë"}},
		"a form that says it itself":   {form, "a=Zo%EB&_charset_=windows-1252", map[string]any{"a": "Zoë", "_charset_": "windows-1252"}},
		"the header before the form":   {form + "; charset=utf-8", "a=Zo%C3%AB&_charset_=windows-1252", map[string]any{"a": "Zoë", "_charset_": "windows-1252"}},
		"a form without a type":        {"text/plain; charset=windows-1252", "a=Zo%EB", map[string]any{"a": "Zoë"}},
		"an unknown charset, unneeded": {form + "; charset=koi8-r", "a=x+y%0A", map[string]any{"a": "x y\n"}},
		"JSON":                         {"application/json; charset=windows-1252", "{\"a\":\"Zo\xeb \x80\"}", map[string]any{"a": "Zoë €"}},
		"JSON, not declared right":     {"application/json; charset=iso-8859-1", `{"a":"Zoë"}`, map[string]any{"a": "Zoë"}},
		"JSON, unknown, in UTF-8":      {"application/json; charset=koi8-r", `{"a":"Zoë"}`, map[string]any{"a": "Zoë"}},
		"JSON in UTF-16":               {"application/json; charset=utf-16", inUTF16("\ufeff"+`{"a":"Zoë 😀"}`, false), map[string]any{"a": "Zoë 😀"}},
		"the other UTF-16":             {"application/json", inUTF16("\ufeff"+`{"a":"Zoë 😀"}`, true), map[string]any{"a": "Zoë 😀"}},
		"UTF-16 without a mark":        {"application/json; charset=utf-16le", inUTF16(`{"a":"Zoë"}`, false), map[string]any{"a": "Zoë"}},
		"UTF-16 that is UTF-8":         {"application/json; charset=utf-16", `{"a":"Zoë"}`, map[string]any{"a": "Zoë"}},
		"half a pair in UTF-16":        {"", inUTF16(`{"a":"`, true) + "\xd8\x3d" + inUTF16(`"}`, true), map[string]any{"a": "\ufffd"}},
		"a part":                       {multipart, part(field+"\nContent-Type: text/plain; charset=iso-8859-1", "Zo\xeb") + "--b--", map[string]any{"a": "Zoë"}},
		"a part that is a file":        {multipart, part(field+"; filename=\"x\"\nContent-Type: text/csv; charset=windows-1252", "\x80") + "--b--", map[string]any{"a": "€"}},
		"a part in base64":             {multipart, part(field+"\nContent-Type: text/plain; charset=latin1\nContent-Transfer-Encoding: base64", "Wm/r") + "--b--", map[string]any{"a": "Zoë"}},
		"JSON in a part":               {multipart, part(field+"\nContent-Type: application/json; charset=latin1", `"Zoë"`) + "--b--", map[string]any{"a": `"Zoë"`}},
		"a multipart form":             {multipart + "; charset=iso-8859-1", part("Content-Disposition: form-data; name=\"Zo\xeb\"", "\xeb") + "--b--", map[string]any{"Zoë": "ë"}},
		"one that says it itself": {
			multipart, part(`Content-Disposition: form-data; name="_charset_"`, "iso-8859-1") + part(field, "\xeb") + "--b--",
			map[string]any{"_charset_": "iso-8859-1", "a": "ë"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ev, err := webhook.Parse(event.Delivery{Source: "zoho", ContentType: tt.contentType, Body: []byte(tt.body)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, ev.Fields); diff != "" {
				t.Errorf("fields: -want +got\n%s", diff)
			}
		})
	}
}

func inUTF16(text string, bigEndian bool) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		first, second := byte(unit), byte(unit>>8)
		if bigEndian {
			first, second = second, first
		}
		b.WriteByte(first)
		b.WriteByte(second)
	}
	return b.String()
}

func TestMalformedCharset(t *testing.T) {
	const (
		declare = "broken UTF-8: send UTF-8, or declare the charset"
		taken   = "a character in a charset that is not supported: send UTF-8, windows-1252, iso-8859-1 or iso-8859-15"
	)
	tests := map[string]struct{ contentType, body, want string }{
		"a form that declares none":    {form, "a=1&b=%EB", "line 1, column 5: field 2: " + declare},
		"a form that is not UTF-8":     {form + "; charset=utf-8", "a=%EB", declare},
		"a form in another":            {form + "; charset=koi8-r", "b=1&a=%EB", "line 1, column 5: field 2: " + taken},
		"one that says it itself":      {form, "a=%EB&_charset_=koi8-r", taken},
		"one with its own escapes":     {form + "; charset=iso-2022-jp", "a=%1B$B", taken},
		"JSON that declares none":      {"application/json", "{\n\"a\":\"\xeb\"}", "line 2, column 6: " + declare},
		"JSON in another":              {"application/json; charset=shift_jis", "{\"a\":\"\x83\"}", "line 1, column 7: " + taken},
		"JSON cut off in a character":  {"application/json", "{\"a\":\"\xc3", "the JSON ends too early"},
		"JSON's place, in a charset":   {"application/json; charset=latin1", "{\"\xeb\xeb\":}", "line 1, column 7: a missing value"},
		"a part that declares none":    {multipart, part(`Content-Disposition: form-data; name="a"`, "\xeb") + "--b--", "part 1 of the multipart form: " + declare},
		"a part in another":            {multipart, part("Content-Disposition: form-data; name=\"a\"\nContent-Type: text/plain; charset=big5", "\xeb") + "--b--", taken},
		"half a character at the end":  {"", inUTF16("\ufeff{}", false) + "\n", "line 1, column 3: something follows"},
		"UTF-16 that is not JSON":      {"", inUTF16("\ufeffhush", false), "neither a JSON object nor a form"},
		"UTF-16 with a fault":          {"", inUTF16("\ufeff{\n\"\u00eb\":}", true), "line 2, column 5: a missing value"},
		"a body of nothing, in UTF-16": {"", "\xff\xfe{", "line 1, column 1: neither"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ev, err := webhook.Parse(event.Delivery{Source: "zoho", ContentType: tt.contentType, Body: []byte(tt.body)})
			var e *webhook.Error
			if !errors.As(err, &e) || e.Kind != webhook.Malformed || !strings.Contains(e.Public(), tt.want) || strings.Contains(e.Error(), "hush") {
				t.Errorf("Parse = %v, %v, want it malformed with %q", ev.Fields, err, tt.want)
			}
		})
	}
}

// A query is UTF-8, even if the body has another charset.
func TestTheCharsetIsThatOfTheBody(t *testing.T) {
	_, err := webhook.Parse(event.Delivery{ContentType: form + "; charset=latin1", RawQuery: "a=%EB"})
	if err == nil || !strings.HasSuffix(err.Error(), "the query: line 1, column 1: field 1: broken UTF-8") {
		t.Errorf("Parse = %v, want broken UTF-8 without the advice to declare a charset", err)
	}
}

// Every byte is read as golang.org/x/text reads it.
func TestParseReadsEveryByte(t *testing.T) {
	for label, table := range map[string]*charmap.Charmap{"windows-1252": charmap.Windows1252, "iso-8859-15": charmap.ISO8859_15} {
		var all []byte
		for b := range 256 {
			all = append(all, byte(b))
		}
		want, err := table.NewDecoder().Bytes(all)
		if err != nil {
			t.Fatal(err)
		}
		ev, err := webhook.Parse(event.Delivery{ContentType: form + "; charset=" + label, Body: []byte("a=" + url.QueryEscape(string(all)))})
		if err != nil || ev.Fields["a"] != string(want) {
			t.Errorf("%s: %q, %v, want %q", label, ev.Fields["a"], err, want)
		}
	}
}
