package webhook_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/webhook"
)

// part returns a part of a multipart form. Each header is on its own line.
func part(headers, body string) string {
	return "--b\r\n" + strings.ReplaceAll(headers, "\n", "\r\n") + "\r\n\r\n" + body + "\r\n"
}

func parseParts(parts string) (event.Event, error) {
	return webhook.Parse(event.Delivery{Source: "zoho", ContentType: "multipart/form-data; boundary=b", Body: []byte(parts + "--b--\r\n")})
}

func TestMultipartFiles(t *testing.T) {
	const file = `Content-Disposition: form-data; name="x"; filename="x"`
	over := func(kind string) event.PassedOver {
		return event.PassedOver{Count: 1, Files: []event.File{{Field: "x", Type: kind}}}
	}
	tests := map[string]struct {
		part string
		want any // nil if the file is skipped
		over event.PassedOver
	}{
		"JSON":                   {part(file+"\nContent-Type: application/json", `{"id": 1}`), `{"id": 1}`, event.PassedOver{}},
		"JSON, in capitals":      {part(file+"\nContent-Type: Application/JSON; charset=UTF-8", "[]"), "[]", event.PassedOver{}},
		"JSON of a vendor":       {part(file+"\nContent-Type: application/vnd.api+json", "{}"), "{}", event.PassedOver{}},
		"text":                   {part(file+"\nContent-Type: text/plain", "Zoë"), "Zoë", event.PassedOver{}},
		"a table":                {part(file+"\nContent-Type: text/csv; header=present", "a,b"), "a,b", event.PassedOver{}},
		"no type, so text":       {part(file, "5725767000000524157"), "5725767000000524157", event.PassedOver{}},
		"an empty file":          {part(file+"\nContent-Type: text/plain", ""), "", event.PassedOver{}},
		"JSON in base64":         {part(file+"\nContent-Type: application/json\nContent-Transfer-Encoding: BASE64", "eyJp\r\nZCI6MX0="), `{"id":1}`, event.PassedOver{}},
		"quoted-printable":       {part(file+"\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable", "Zo=C3=AB"), "Zoë", event.PassedOver{}},
		"a picture":              {part(file+"\nContent-Type: image/png", "\x89PNG"), nil, over("image/png")},
		"any bytes":              {part(file+"\nContent-Type: application/octet-stream", "{}"), nil, over("application/octet-stream")},
		"no type, not text":      {part(file, "\xff\xd8"), nil, over("")},
		"no type, text with NUL": {part(file, "PK\x03\x00"), nil, over("")},
		"a type in parts":        {part(file+"\nContent-Type: not a type", "\x00"), nil, over("")},
		"an endless type":        {part(file+"\nContent-Type: a/"+strings.Repeat("x", 1000), "\x00"), nil, over("")},
		"text that is not UTF-8": {part(file+"\nContent-Type: text/csv", "Zo\xeb"), nil, over("text/csv")},
		"base64 that is not":     {part(file+"\nContent-Type: text/plain\nContent-Transfer-Encoding: base64", "%%%%"), nil, over("text/plain")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			want := map[string]any{"id": "7"}
			if tt.want != nil {
				want["x"] = tt.want
			}
			ev, err := parseParts(tt.part + part(`Content-Disposition: form-data; name="id"`, "7"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, ev.Fields); diff != "" {
				t.Errorf("fields: -want +got\n%s", diff)
			}
			if diff := cmp.Diff(tt.over, ev.PassedOver); diff != "" {
				t.Errorf("PassedOver: -want +got\n%s", diff)
			}
		})
	}
}

func TestMultipartFields(t *testing.T) {
	const field = `Content-Disposition: form-data; name="x"`
	tests := map[string]struct{ part, want, fault string }{
		"JSON stays text":    {part(field+"\nContent-Type: application/json", `{"id":1}`), `{"id":1}`, ""},
		"any type":           {part(field+"\nContent-Type: image/png", "x"), "x", ""},
		"base64":             {part(field+"\nContent-Transfer-Encoding: base64", "Wm/Dqw=="), "Zoë", ""},
		"8bit":               {part(field+"\nContent-Transfer-Encoding: 8bit", "Zoë"), "Zoë", ""},
		"an empty file name": {part(field+`; filename=""`, ""), "", ""},
		"not base64":         {part(field+"\nContent-Transfer-Encoding: base64", "%%"), "", "part 1 of the multipart form is marked as base64 but is not"},
		"not UTF-8":          {part(field, "Zo\xeb"), "", "part 1 of the multipart form: broken UTF-8"},
		"a name not UTF-8":   {part("Content-Disposition: form-data; name=\"Zo\xeb\"", "x"), "", "part 1 of the multipart form: its name has broken UTF-8"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ev, err := parseParts(tt.part)
			if tt.fault != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fault) {
					t.Errorf("Parse = %v, %v, want %q", ev.Fields, err, tt.fault)
				}
				return
			}
			if err != nil || ev.Fields["x"] != tt.want || ev.PassedOver.Count != 0 {
				t.Errorf("Parse = %v, %v, want x: %q", ev.Fields, err, tt.want)
			}
		})
	}
}

func TestManyFilesAreCounted(t *testing.T) {
	var parts strings.Builder
	for i := range 1000 {
		parts.WriteString(part(fmt.Sprintf("Content-Disposition: form-data; name=\"f%d\"; filename=\"f\"\nContent-Type: image/png", i), "x"))
	}
	ev, err := parseParts(parts.String())
	if err != nil || ev.PassedOver.Count != 1000 || len(ev.PassedOver.Files) != event.MaxFiles || ev.PassedOver.Files[1].Field != "f1" {
		t.Errorf("PassedOver = %+v, %v, want 1000, with the first %d listed", ev.PassedOver, err, event.MaxFiles)
	}
}
