package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"

	"untag/internal/sender"
	"untag/internal/webhook"
)

const (
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

// shape is what requests of a sender look like, and which of their bytes are signed.
type shape struct {
	oracle oracle
	verify *sender.Verify
	// body makes a body and its content type.
	body func(r *rand.Rand) (body []byte, kind string)
	// members are the members of JSON that are signed, where the body as a whole is not.
	members []string
	// headers are those that are signed, beside what the row says.
	headers []string
}

func shapeOf(o oracle, v *sender.Verify) shape {
	s := shape{oracle: o, verify: v, body: bodiesOf(o)}
	switch o.Sender {
	case "adyen":
		s.body = adyenBody
		s.members = []string{"pspReference", "originalReference", "merchantAccountCode", "merchantReference", "value", "currency", "eventCode", "success", "hmacSignature"}
	case "airtable":
		s.body = airtableBody
	case "braintree":
		s.body = braintreeBody
	case "dropbox-sign":
		s.body = dropboxBody
		s.members = []string{"event_time", "event_type", "event_hash"}
	case "mailgun":
		s.body = mailgunBody
		s.members = []string{"timestamp", "token", "signature"}
	case "mandrill":
		s.body = func(r *rand.Rand) ([]byte, string) { return mandrillBody(r), formType }
	case "paypal":
		s.headers = []string{"Paypal-Transmission-Id", "Paypal-Transmission-Time", "Paypal-Transmission-Sig"}
	case "sns":
		s.body = snsBody
		s.members = []string{"Message", "MessageId", "Timestamp", "TopicArn", "Signature"}
	case "twilio":
		s.body = twilioBody(strings.HasSuffix(o.Package, "(Go)"))
	}
	return s
}

// request returns a request that is not yet signed.
func (s shape) request(r *rand.Rand) webhook.Outgoing {
	body, kind := s.body(r)
	header := make(http.Header)
	if kind != "" {
		header.Set("Content-Type", kind)
	}
	urls := []string{
		"https://hooks.example.com/webhooks/x",
		"https://hooks.example.com/prod/webhooks/x?a=1&b=two%20words",
		"https://hooks.example.com/webhooks/x?a=%3A%2Fb&c=%C3%A9%26&d=%28e%29",
		"https://hooks.example.com/webhooks/x?a=%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B&b=%23%25%26%2B%3D%5B%5D~",
	}
	return webhook.Outgoing{Method: http.MethodPost, URL: urls[r.IntN(len(urls))], Header: header, Body: body}
}

// bodiesOf returns what makes the bodies that a package takes: also empty and large ones.
func bodiesOf(o oracle) func(r *rand.Rand) ([]byte, string) {
	return func(r *rand.Rand) ([]byte, string) {
		switch n := r.IntN(20); {
		case o.Body == "json" || n < 6:
			return jsonBody(r), jsonType
		case n == 6 && !o.NotEmpty:
			return nil, ""
		case o.Body == "bytes" && n < 13:
			body := make([]byte, 1+r.IntN(300))
			for i := range body {
				body[i] = byte(r.Uint32())
			}
			return body, "application/octet-stream"
		case n == 19:
			return []byte(strings.Repeat(text(r, 50)+"x", 2000)), "text/plain"
		}
		return []byte(text(r, 200) + "x\r\n"), "text/plain"
	}
}

// text returns random text of all sorts of characters.
func text(r *rand.Rand, most int) string {
	letters := []rune("abcXYZ 0189äß漢字😀é\"\\/<>&.:,{}[]\n\t%+=|")
	var b strings.Builder
	for range r.IntN(most) {
		b.WriteRune(letters[r.IntN(len(letters))])
	}
	return b.String()
}

// word returns random letters and digits, at least one.
func word(r *rand.Rand, most int) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	var b strings.Builder
	for range 1 + r.IntN(most) {
		b.WriteByte(letters[r.IntN(len(letters))])
	}
	return b.String()
}

// encoded returns a value as JavaScript writes it, so that a package that parses JSON and writes
// it again has the same bytes.
func encoded(value any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // strings and numbers can always be encoded
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

func jsonBody(r *rand.Rand) []byte {
	object := map[string]any{"id": text(r, 30), "type": text(r, 10), "data": map[string]any{"list": []any{text(r, 200), r.IntN(1000), true, nil}}}
	if r.IntN(20) == 0 {
		object["large"] = strings.Repeat(text(r, 50)+"x", 2000)
	}
	return encoded(object)
}

func adyenBody(r *rand.Rand) ([]byte, string) {
	var items []any
	for range 1 + r.IntN(3) {
		items = append(items, map[string]any{"NotificationRequestItem": map[string]any{
			"pspReference": word(r, 16), "originalReference": word(r, 16), "merchantAccountCode": word(r, 9) + " ä:\\", "merchantReference": text(r, 20) + "x",
			"amount": map[string]any{"value": 10 + r.IntN(100000), "currency": "EUR"}, "eventCode": "AUTHORISATION", "success": "true",
			"additionalData": map[string]any{"a": text(r, 9)},
		}})
	}
	return encoded(map[string]any{"live": "false", "notificationItems": items}), jsonType
}

func airtableBody(r *rand.Rand) ([]byte, string) {
	return encoded(map[string]any{"base": map[string]any{"id": "app" + word(r, 14)}, "webhook": map[string]any{"id": "ach" + word(r, 14)}, "timestamp": "2026-11-25T12:00:00.000Z"}), jsonType
}

func braintreeBody(r *rand.Rand) ([]byte, string) {
	return []byte("<notification><kind>check</kind><timestamp type=\"datetime\">2026-11-25T12:00:00Z</timestamp><subject><check type=\"boolean\">true</check><text>" + word(r, 100) + "äß漢字</text></subject></notification>"), "application/xml"
}

func dropboxBody(r *rand.Rand) ([]byte, string) {
	types := []string{"signature_request_all_signed", "signature_request_sent", "template_created"}
	return encoded(map[string]any{"event": map[string]any{"event_time": "", "event_type": types[r.IntN(len(types))], "event_metadata": map[string]any{"x": text(r, 20)}}}), jsonType
}

func mailgunBody(r *rand.Rand) ([]byte, string) {
	return encoded(map[string]any{"signature": map[string]any{"token": word(r, 50)}, "event-data": map[string]any{"id": word(r, 20), "x": text(r, 100)}}), jsonType
}

// mandrillBody returns a form, whose fields do not repeat.
func mandrillBody(r *rand.Rand) []byte {
	form := url.Values{"mandrill_events": {string(encoded([]any{map[string]any{"_id": word(r, 32), "msg": text(r, 200)}}))}}
	for range r.IntN(3) {
		form.Set("k"+word(r, 3)+"é", text(r, 20))
	}
	return []byte(form.Encode())
}

func snsBody(r *rand.Rand) ([]byte, string) {
	message := map[string]any{"Message": text(r, 300) + "x"}
	if r.IntN(2) == 0 {
		message["Subject"] = word(r, 20) + "äß漢字 x"
	}
	return encoded(message), "text/plain; charset=UTF-8"
}

// twilioBody makes forms and JSON. Twilio's package for Go does not know repeated fields.
func twilioBody(once bool) func(r *rand.Rand) ([]byte, string) {
	return func(r *rand.Rand) ([]byte, string) {
		switch r.IntN(10) {
		case 0:
			return nil, formType
		case 1, 2, 3:
			return jsonBody(r), jsonType
		}
		form := make(url.Values)
		for i := range 1 + r.IntN(8) {
			name := fmt.Sprintf("%s%d", text(r, 4), i)
			form.Add(name, text(r, 30))
			for !once && r.IntN(3) == 0 {
				form.Add(name, form[name][0]+text(r, 2)) // often the same once more
			}
		}
		return []byte(form.Encode()), formType
	}
}
