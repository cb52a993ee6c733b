package webhook_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"untag/internal/event"
	"untag/internal/webhook"
)

func compressed(t testing.TB, body string, open func(io.Writer) io.WriteCloser) string {
	t.Helper()
	var out bytes.Buffer
	w := open(&out)
	if _, err := io.WriteString(w, body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func gzipped(t testing.TB, body string) string {
	return compressed(t, body, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

func zlibbed(t testing.TB, body string) string {
	return compressed(t, body, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
}

func deflated(t testing.TB, body string) string {
	return compressed(t, body, func(w io.Writer) io.WriteCloser {
		fw, err := flate.NewWriter(w, flate.DefaultCompression)
		if err != nil {
			t.Fatal(err)
		}
		return fw
	})
}

func parseEncoded(encoding, body string) (event.Event, error) {
	return webhook.Parse(event.Delivery{
		Source: "zoho", ContentType: "application/json", Body: []byte(body), Headers: map[string]string{"content-encoding": encoding},
	})
}

func TestParseDecompresses(t *testing.T) {
	const body = `{"id":"7","name":"Zoë"}`
	tests := map[string]struct{ encoding, body string }{
		"gzip":                  {"gzip", gzipped(t, body)},
		"its old name":          {"x-gzip", gzipped(t, body)},
		"in capitals":           {" GZIP ", gzipped(t, body)},
		"zlib":                  {"deflate", zlibbed(t, body)},
		"deflate alone":         {"Deflate", deflated(t, body)},
		"nothing done":          {"identity", body},
		"no header":             {"", body},
		"an empty list":         {" , ", body},
		"a charset":             {"UTF-8", body},
		"gzip and nothing":      {"gzip, identity", gzipped(t, body)},
		"nothing and gzip":      {"identity,gzip", gzipped(t, body)},
		"twice":                 {"gzip, gzip", gzipped(t, gzipped(t, body))},
		"one after the other":   {"deflate, gzip", gzipped(t, zlibbed(t, body))},
		"two members":           {"gzip", gzipped(t, body[:9]) + gzipped(t, body[9:])},
		"an empty member":       {"gzip", gzipped(t, "") + gzipped(t, body) + gzipped(t, "")},
		"stored, not squeezed":  {"deflate", "\x01\x0a\x00\xf5\xff" + `{"id":"7"}`},
		"a form behind JSON":    {"gzip", gzipped(t, "id=7&name=Zo%C3%AB")},
		"a mark behind the zip": {"gzip", gzipped(t, "\xef\xbb\xbf"+body)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if ev, err := parseEncoded(tt.encoding, tt.body); err != nil || ev.Fields["id"] != "7" {
				t.Errorf("Parse = %v, %v, want id 7", ev.Fields, err)
			}
		})
	}
	for _, encoding := range []string{"gzip", "deflate"} {
		if ev, err := parseEncoded(encoding, ""); err != nil || len(ev.Fields) > 0 {
			t.Errorf("Parse of an empty body that says %s = %v, %v, want no field", encoding, ev.Fields, err)
		}
	}
}

func TestMalformedCompression(t *testing.T) {
	const body = `{"hush":"hush hush hush hush"}`
	gz, z, d := gzipped(t, body), zlibbed(t, body), deflated(t, body)
	damaged := []byte(gz)
	damaged[len(damaged)-6] ^= 1
	tests := map[string]struct{ encoding, body, want string }{
		"Brotli":               {"br", "\x0b", "the body: its Content-Encoding is not supported: send gzip, deflate"},
		"one of two unknown":   {"gzip, zstd", gz, "its Content-Encoding is not supported"},
		"four times":           {"gzip,gzip,gzip,gzip", gz, "lists more than 3 encodings"},
		"not gzip":             {"gzip", body, "says gzip, but it is not"},
		"short, not gzip":      {"gzip", "{}", "says gzip, but it is not"},
		"zlib says gzip":       {"gzip", z, "says gzip, but it is not"},
		"gzip says deflate":    {"deflate", gz, "deflate data is damaged, or is not deflate"},
		"not deflate":          {"deflate", body, "deflate"},
		"gzip cut off":         {"gzip", gz[:len(gz)-9], "its gzip data was cut off"},
		"gzip without its sum": {"gzip", gz[:len(gz)-8], "its gzip data was cut off"},
		"gzip's header alone":  {"gzip", gz[:5], "its gzip data was cut off"},
		"its first byte":       {"gzip", gz[:1], "its gzip data was cut off"},
		"a second member cut":  {"gzip", gz + gz[:20], "its gzip data was cut off"},
		"zlib cut off":         {"deflate", z[:len(z)-5], "its deflate data was cut off"},
		"deflate cut off":      {"deflate", d[:len(d)-2], "its deflate data was cut off"},
		"more after gzip":      {"gzip", gz + "hush", "something follows its gzip data"},
		"a newline after gzip": {"gzip", gz + "\n", "something follows its gzip data"},
		"more after zlib":      {"deflate", z + "hush", "something follows its deflate data"},
		"more after deflate":   {"deflate", d + "\x00", "something follows its deflate data"},
		"another sum":          {"gzip", string(damaged), "its gzip data is damaged"},
		"not declared":         {"", gz, "this is gzip data: declare it with the header Content-Encoding: gzip"},
		"declared once of two": {"gzip", gzipped(t, gz), "this is gzip data"},
		"JSON that is broken":  {"gzip", gzipped(t, "{\n\"hush\":}"), "the body: line 2, column 8: a missing value"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ev, err := parseEncoded(tt.encoding, tt.body)
			var e *webhook.Error
			if !errors.As(err, &e) || e.Kind != webhook.Malformed || !strings.Contains(e.Public(), tt.want) || strings.Contains(e.Error(), "hush") {
				t.Errorf("Parse = %v, %v, want it malformed with %q", ev.Fields, err, tt.want)
			}
		})
	}
}

// The limit applies to the decompressed body.
func TestDecompressedTooLarge(t *testing.T) {
	pad := strings.Repeat(" ", webhook.MaxBody-len(`{"id":"7"}`))
	largest := `{"id":"7"}` + pad
	if ev, err := parseEncoded("gzip", gzipped(t, largest)); err != nil || ev.Fields["id"] != "7" {
		t.Errorf("Parse of the largest body = %v, %v, want id 7", ev.Fields, err)
	}
	bomb := strings.Repeat("\x00", 64<<20)
	for name, tt := range map[string]struct{ encoding, body string }{
		"one byte more":       {"gzip", gzipped(t, largest+" ")},
		"in two members":      {"gzip", gzipped(t, largest) + gzipped(t, " ")},
		"gzip":                {"gzip", gzipped(t, bomb)},
		"zlib":                {"deflate", zlibbed(t, bomb)},
		"deflate":             {"deflate", deflated(t, bomb)},
		"gzip in gzip":        {"gzip, gzip", gzipped(t, gzipped(t, bomb))},
		"cut off behind that": {"gzip", gzipped(t, bomb)[:10_000]},
	} {
		_, err := parseEncoded(tt.encoding, tt.body)
		var e *webhook.Error
		if !errors.As(err, &e) || e.Kind != webhook.TooLarge || e.Public() != "the body is over 1 MiB once it is decompressed" {
			t.Errorf("%s: %v, want it too large", name, err)
		}
	}
}

// A signature covers the body as sent. The delivery keeps the encodings of all its header
// lines, which are needed to decode the body.
func TestSignatureCoversTheCompressedBody(t *testing.T) {
	body := gzipped(t, gzipped(t, `{"id":"7"}`))
	r := webhook.New(webhook.Config{Sources: sources, Secrets: secrets})
	d, err := r.Verify(t.Context(), webhook.Request{
		Source: "github", Body: webhook.Bytes([]byte(body)),
		Header: http.Header{
			"X-Hub-Signature-256": {"sha256=" + hex.EncodeToString(sign(sha256.New, "github-key", body))},
			"Content-Type":        {"application/json"}, "content-encoding": {"gzip", "x-gzip"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	stored := make(map[string]string)
	for _, name := range webhook.ParseHeaders() {
		if value, ok := d.Headers[name]; ok {
			stored[name] = value
		}
	}
	d.Headers = stored
	if ev, err := webhook.Parse(d); err != nil || ev.Fields["id"] != "7" {
		t.Errorf("Parse = %v, %v, want id 7", ev.Fields, err)
	}
}

func FuzzDecompress(f *testing.F) {
	for _, body := range []string{gzipped(f, `{"a":1}`), zlibbed(f, `{"a":1}`), deflated(f, `{"a":1}`)} {
		f.Add("gzip", []byte(body))
		f.Add("deflate, identity", []byte(body))
	}
	f.Fuzz(func(t *testing.T, encoding string, body []byte) {
		_, err := parseEncoded(encoding, string(body))
		var e *webhook.Error
		if err != nil && (!errors.As(err, &e) || e.Kind != webhook.Malformed && e.Kind != webhook.TooLarge) {
			t.Fatalf("Parse error %v has the wrong kind", err)
		}
	})
}
