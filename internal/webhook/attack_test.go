package webhook_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"net/http"
	"strings"
	"testing"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/webhook"
)

const attacked = "a-secret-of-the-attacked"

// sourceOf returns the source `s` with these keys, as a rules file has them.
func sourceOf(t testing.TB, keys string) event.Source {
	t.Helper()
	set, faults := rules.Load([]byte("version: 1\nsources: {s: {" + keys + "}}\nrules: [{name: r, on: s, when: true, record: {module: Deals, id: event.id}, remove: [x]}]\n"))
	if set == nil {
		t.Fatal(faults)
	}
	source, _ := set.Source("s")
	return source
}

func receiverFor(source event.Source, secrets ...string) *webhook.Receiver {
	if len(secrets) == 0 {
		secrets = []string{attacked}
	}
	return webhook.New(webhook.Config{Sources: []event.Source{source}, Secrets: stored{source.Name: secrets}})
}

func hexOf(algorithm func() hash.Hash, text string) string {
	mac := hmac.New(algorithm, []byte(attacked))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

func base64Of(algorithm func() hash.Hash, text string) string {
	mac := hmac.New(algorithm, []byte(attacked))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

// attack is a request of somebody who has seen signed ones, but does not know the secret.
type attack struct {
	keys    string // of the source
	url     string
	query   string
	header  http.Header
	body    string
	accepts bool
}

func (a attack) request() webhook.Request {
	return webhook.Request{
		Source: "s", Method: "POST", URL: a.url, RawQuery: a.query, Header: a.header, Body: webhook.Bytes([]byte(a.body)), ReceivedAt: signedAt,
	}
}

func TestAttacks(t *testing.T) {
	const (
		at     = "1795608000" // signedAt
		form   = `verify: {compare: token, signature: {form: token}}`
		query  = `verify: {hmac: {hash: sha256}, signature: {query: sig}}`
		inBody = `verify: {hmac: {hash: sha256}, signature: {json: sig}, signed: "{json id}", covers: sender}`
		each   = `verify: {hmac: {hash: sha256}, signature: {json: sig}, each: "list[]", signed: "{json id}", covers: sender}, events: {each: "list[]"}`
		timed  = `verify: {hmac: {hash: sha256}, signature: {json: sig}, each: "list[]", timestamp: {json: at, unit: s}, signed: "{timestamp}{json id}", covers: sender}`
		many   = `verify: {hmac: {hash: sha256}, signature: {header: "X-Sig-{n}", to: 100}}`
		digest = `url: "https://h.example/x", verify: {hmac: {hash: sha256}, signature: {header: X-Sig}, signed: "{url}", digest: {query: sum, hash: sha256, encoding: hex}}`
		ports  = `verify: {hmac: {hash: sha256}, signature: {header: X-Sig}, signed: "{url}{body}", url: {port: either}}`
	)
	of := func(text string) string { return hexOf(sha256.New, text) }
	in := func(id string) string { return fmt.Sprintf(`{"id":%q,"sig":%q}`, id, of(id)) }
	sum := sha256.Sum256([]byte("{}"))
	digested := "sum=" + hex.EncodeToString(sum[:])
	typed := func(kind, name, value string) http.Header { return http.Header{"Content-Type": {kind}, name: {value}} }
	// What a form with the field `amount=1&id=777` signs is also the text of another form.
	finance := typed("", "X-Zoho-Webhook-Signature", of("amount=1&id=777"))
	for name, tt := range map[string]attack{
		"a form as signed":               {`verify: zoho-finance`, "", "", typed(formType, "X-Zoho-Webhook-Signature", of("amount=1&id=777")), "amount=%3D1%26id%3D777", true},
		"a form written as it is signed": {`verify: zoho-finance`, "", "", finance, "amount=1&id=777", false},
		"the same said to be JSON":       {`verify: zoho-finance`, "", "", typed(jsonType, "X-Zoho-Webhook-Signature", finance.Get("X-Zoho-Webhook-Signature")), "amount=1&id=777", false},
		"the same said to be text":       {`verify: zoho-finance`, "", "", typed("text/plain", "X-Zoho-Webhook-Signature", finance.Get("X-Zoho-Webhook-Signature")), "amount=1&id=777", false},
		"XML that is said to be a form":  {`verify: twilio`, "https://h/", "", typed(formType, "X-Twilio-Signature", base64Of(sha1.New, "https://h/<a>1</a>")), "<a>1</a>", false},
		"a form of Twilio":               {`verify: twilio`, "https://h/", "", typed(formType, "X-Twilio-Signature", base64Of(sha1.New, "https://h/ab")), "a=b", true},
		"JSON without its hash":          {`verify: twilio`, "https://h/", "", typed(jsonType, "X-Twilio-Signature", base64Of(sha1.New, "https://h/")), "{}", false},
		"JSON that is said to be a form": {`verify: twilio`, "https://h/", "", typed(formType, "X-Twilio-Signature", base64Of(sha1.New, "https://h/")), "{}", false},
		"a multipart form of Twilio": {
			`verify: twilio`, "https://h/", "", typed("multipart/form-data; boundary=b", "X-Twilio-Signature", base64Of(sha1.New, "https://h/ab")),
			"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--b--\r\n", false,
		},
		"a multipart form of Mandrill": {
			`verify: mandrill`, "https://h/", "", typed("multipart/form-data; boundary=b", "X-Mandrill-Signature", base64Of(sha1.New, "https://h/mandrill_events[]")),
			"--b\r\nContent-Disposition: form-data; name=\"mandrill_events\"\r\n\r\n[]\r\n--b--\r\n", false,
		},
		"a signature in the query":      {query, "", "sig=" + of("x"), nil, "x", true},
		"its name in escapes":           {query, "", "s%69g=" + of("x"), nil, "x", true},
		"a second one in escapes":       {query, "", "sig=" + of("x") + "&s%69g=" + of("x"), nil, "x", false},
		"a token in a form":             {form, "", "", typed(formType, "X", ""), "token=" + attacked, true},
		"two tokens in a form":          {form, "", "", typed(formType, "X", ""), "token=" + attacked + "&t%6Fken=" + attacked, false},
		"a token in two places":         {form, "", "token=" + attacked, typed(jsonType, "X", ""), `{"token":"` + attacked + `"}`, false},
		"a signature in JSON":           {inBody, "", "", nil, in("1"), true},
		"after a byte order mark":       {inBody, "", "", nil, "\xef\xbb\xbf" + in("1"), true},
		"after two":                     {inBody, "", "", nil, "\xef\xbb\xbf\xef\xbb\xbf" + in("1"), false},
		"in UTF-16":                     {inBody, "", "", nil, "\xff\xfe" + strings.Join(strings.Split(in("1"), ""), "\x00") + "\x00", false},
		"with a second id":              {inBody, "", "", nil, `{"id":"1","id":"2","sig":"` + of("1") + `"}`, false},
		"with a second id in escapes":   {inBody, "", "", nil, `{"id":"1","\u0069d":"2","sig":"` + of("1") + `"}`, false},
		"with a second signature":       {inBody, "", "", nil, `{"id":"1","sig":"` + of("1") + `","sig":""}`, false},
		"with broken UTF-8 elsewhere":   {inBody, "", "", nil, `{"id":"1","sig":"` + of("1") + `","x":"` + "\xff" + `"}`, false},
		"with another value behind":     {inBody, "", "", nil, in("1") + in("1"), false},
		"in a form that holds the JSON": {inBody, "", "", typed(formType, "X", ""), "payload=" + in("1"), false},
		"a list as the signature":       {inBody, "", "", nil, `{"id":"1","sig":["` + of("1") + `"]}`, false},
		"compressed":                    {inBody, "", "", http.Header{"Content-Encoding": {"gzip"}}, in("1"), false},
		"every element signed":          {each, "", "", nil, `{"list":[` + in("1") + `,` + in("2") + `]}`, true},
		"in another order":              {each, "", "", nil, `{"list":[` + in("2") + `,` + in("1") + `]}`, true},
		"one without a signature":       {each, "", "", nil, `{"list":[` + in("1") + `,{"id":"2"}]}`, false},
		"one with that of another":      {each, "", "", nil, `{"list":[` + in("1") + `,{"id":"2","sig":"` + of("1") + `"}]}`, false},
		"one that is empty":             {each, "", "", nil, `{"list":[` + in("1") + `,{}]}`, false},
		"one that is a list":            {each, "", "", nil, `{"list":[` + in("1") + `,[` + in("2") + `]]}`, false},
		"an empty list":                 {each, "", "", nil, `{"list":[]}`, false},
		"no list":                       {each, "", "", nil, in("1"), false},
		"a second list":                 {each, "", "", nil, `{"list":[` + in("1") + `],"list":[{"id":"2"}]}`, false},
		"a second list in escapes":      {each, "", "", nil, `{"list":[` + in("1") + `],"l\u0069st":[{"id":"2"}]}`, false},
		"the time of each element":      {timed, "", "", nil, `{"list":[{"id":"1","at":"` + at + `","sig":"` + of(at+"1") + `"}]}`, true},
		"a new time beside the list":    {timed, "", "", nil, `{"at":"` + at + `","list":[{"id":"1","at":"1700000000","sig":"` + of("17000000001") + `"}]}`, false},
		"a later numbered header":       {many, "", "", http.Header{"X-Sig-3": {of("x")}, "X-Sig-1": {of("y")}}, "x", true},
		"the last numbered header":      {many, "", "", http.Header{"X-Sig-100": {of("x")}}, "x", true},
		"one behind the last":           {many, "", "", http.Header{"X-Sig-101": {of("x")}}, "x", false},
		"a number with a zero":          {many, "", "", http.Header{"X-Sig-01": {of("x")}}, "x", false},
		"no number":                     {many, "", "", http.Header{"X-Sig-": {of("x")}, "X-Sig-{n}": {of("x")}}, "x", false},
		"a numbered header twice":       {many, "", "", http.Header{"X-Sig-1": {of("x"), of("x")}}, "x", false},
		"a hash of the body":            {digest, "", digested, http.Header{"X-Sig": {of("https://h.example/x?" + digested)}}, "{}", true},
		"of another body":               {digest, "", digested, http.Header{"X-Sig": {of("https://h.example/x?" + digested)}}, "{ }", false},
		"a hash that is not signed": {
			strings.Replace(digest, "/x", "/x?y=1", 1), "", digested, http.Header{"X-Sig": {of("https://h.example/x?y=1")}}, "{}", false,
		},
		"IPv6 with a port":        {ports, "https://[::1]:8443/x", "", http.Header{"X-Sig": {of("https://[::1]/xB")}}, "B", true},
		"IPv6 without":            {ports, "https://[::1]/x", "", http.Header{"X-Sig": {of("https://[::1]:443/xB")}}, "B", true},
		"a part of IPv6":          {ports, "https://[::1]/x", "", http.Header{"X-Sig": {of("https://[:/xB")}}, "B", false},
		"an escape decoded twice": {`verify: hubspot`, "https://h/x?a=%253A", "", http.Header{"X-Hubspot-Signature-V3": {base64Of(sha256.New, "POSThttps://h/x?a=:B1795608000000")}, "X-Hubspot-Request-Timestamp": {"1795608000000"}}, "B", false},
		"an escape decoded once":  {`verify: hubspot`, "https://h/x?a=%3a", "", http.Header{"X-Hubspot-Signature-V3": {base64Of(sha256.New, "POSThttps://h/x?a=:B1795608000000")}, "X-Hubspot-Request-Timestamp": {"1795608000000"}}, "B", true},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := receiverFor(sourceOf(t, tt.keys)).Verify(t.Context(), tt.request())
			if (err == nil) != tt.accepts {
				t.Errorf("Verify = %v, want it to be accepted: %t", err, tt.accepts)
			}
		})
	}
}

// TestLimitsBeforeTheProof: what anyone can send is refused above these limits, and accepted at
// them if it is signed.
func TestLimitsBeforeTheProof(t *testing.T) {
	const (
		form  = `verify: {hmac: {hash: sha256}, signature: {header: X-Sig}, signed: "{params}", params: {of: form}}`
		list  = `verify: {hmac: {hash: sha256}, signature: {header: X-Sig, list: ","}}`
		parts = `verify: {compare: token, signature: {form: token}}`
		each  = `verify: {compare: token, signature: {json: t}, each: "[]"}, events: {each: "[]"}`
	)
	of := hexOf(sha256.New, "x")
	multi := func(n int) string {
		return "--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n" + attacked + "\r\n" +
			strings.Repeat("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n\r\n", n-1) + "--b--\r\n"
	}
	element := `{"t":"` + attacked + `"}`
	header := func(kind, signature string) http.Header {
		return http.Header{"Content-Type": {kind}, "X-Sig": {signature}}
	}
	for name, tt := range map[string]attack{
		"10,000 fields":    {form, "", "", header(formType, hexOf(sha256.New, strings.Repeat("a", 10_000))), strings.Repeat("a=&", 9_999) + "a=", true},
		"10,001 fields":    {form, "", "", header(formType, hexOf(sha256.New, strings.Repeat("a", 10_001))), strings.Repeat("a=&", 10_000) + "a=", false},
		"100 signatures":   {list, "", "", header("", strings.Repeat("00,", 99)+of), "x", true},
		"101 signatures":   {list, "", "", header("", strings.Repeat("00,", 100)+of), "x", false},
		"1,000 parts":      {parts, "", "", header("multipart/form-data; boundary=b", ""), multi(1_000), true},
		"1,001 parts":      {parts, "", "", header("multipart/form-data; boundary=b", ""), multi(1_001), false},
		"1,000 elements":   {each, "", "", nil, "[" + strings.Repeat(element+",", 999) + element + "]", true},
		"1,001 elements":   {each, "", "", nil, "[" + strings.Repeat(element+",", 1_000) + element + "]", false},
		"1,000 and a list": {each, "", "", nil, "[" + strings.Repeat(element+",", 999) + "[" + element + "]]", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := receiverFor(sourceOf(t, tt.keys)).Verify(t.Context(), tt.request())
			if (err == nil) != tt.accepts {
				t.Errorf("Verify = %v, want it to be accepted: %t", err, tt.accepts)
			}
		})
	}
}

// TestTheIdentifierOfTheProof: of two families of headers, the identifier is that of the family
// whose signature holds. The other one could be anybody's.
func TestTheIdentifierOfTheProof(t *testing.T) {
	source := sourceOf(t, `verify: standard`)
	secret := base64.StdEncoding.EncodeToString([]byte(attacked))
	header := http.Header{
		"Svix-Id": {"7"}, "Svix-Timestamp": {"1795608000"}, "Svix-Signature": {"v1," + base64Of(sha256.New, "7.1795608000.x")},
		"Webhook-Id": {"8"}, "Webhook-Timestamp": {"1795608000"},
	}
	d, err := receiverFor(source, secret).Verify(t.Context(), attack{header: header, body: "x"}.request())
	if err != nil || d.DeliveryID != "7" {
		t.Errorf("Verify = delivery %q, %v, want 7", d.DeliveryID, err)
	}
	header.Set("Webhook-Signature", "v1,"+base64Of(sha256.New, "8.1795608000.y"))
	if _, err := receiverFor(source, secret).Verify(t.Context(), attack{header: header, body: "x"}.request()); err == nil {
		t.Error("a signature of one family verified beside one of the other")
	}
}

// TestTheFirstSecret: a sender may bring the secret of a source that has none. Nobody can change
// one that is stored, and what is logged is no longer than a secret.
func TestTheFirstSecret(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for name, tt := range map[string]struct {
		keys, header, body, show string
		stored                   []string
		answers                  bool
	}{
		"Asana":           {`verify: asana`, "a-new-secret", "", "a-new-secret", nil, true},
		"Asana, again":    {`verify: asana`, "another-secret", "", "", []string{attacked}, true},
		"Asana, an event": {`verify: asana`, "another-secret", `{"events":[{"id":"7"}]}`, "", []string{attacked}, false},
		"Asana, too long": {`verify: asana`, long, "", "", nil, false},
		"Zoho Mail":       {`verify: zoho-mail`, "a-new-secret", "{}", "a-new-secret", nil, true},
		"Notion":          {`verify: notion`, "", `{"verification_token":"a-new-secret"}`, "a-new-secret", nil, true},
		"Notion, again":   {`verify: notion`, "", `{"verification_token":"another"}`, "", []string{attacked}, true},
		"Notion, hidden":  {`verify: notion`, "", `{"verification_token":"another","id":"7"}`, "", []string{attacked}, false},
		"Notion, long":    {`verify: notion`, "", `{"verification_token":"` + long + `"}`, "", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := webhook.New(webhook.Config{Sources: []event.Source{sourceOf(t, tt.keys)}, Secrets: stored{"s": tt.stored}})
			got, err := r.Receive(t.Context(), attack{header: http.Header{"X-Hook-Secret": {tt.header}}, body: tt.body}.request())
			switch {
			case (err == nil) != tt.answers || len(got.Deliveries) > 0:
				t.Errorf("Receive = %+v, %v, want an answer: %t", got, err, tt.answers)
			case tt.answers && (got.Reply == nil || got.Reply.Show != tt.show || got.Reply.Proven):
				t.Errorf("answer = %+v, want it to show %q", got.Reply, tt.show)
			}
		})
	}
}

// TestSecretsThatProveNothing: a secret that anyone could know proves nothing, and one that is
// not written as its sender's are does not keep another one from proving a request.
func TestSecretsThatProveNothing(t *testing.T) {
	hexed := hex.EncodeToString([]byte(attacked))
	encoded := base64.StdEncoding.EncodeToString([]byte(attacked))
	for name, tt := range map[string]struct {
		secret, key string // what is stored, and what an attacker signs with
		form        string
		accepts     bool
	}{
		"empty": {"", "", "text", false}, "blank": {"   \n", "   \n", "text", false}, "one character": {"x", "x", "text", false},
		"nothing but the prefix": {"whsec_", "", "text, strip: whsec_", false}, "an empty key": {"whsec_====", "", "base64, strip: whsec_", false},
		"not hex": {"not-hexadecimal-at-all", "", "hex", false}, "hex": {hexed, attacked, "hex", true}, "base64": {encoded, attacked, "base64", true},
	} {
		t.Run(name, func(t *testing.T) {
			source := sourceOf(t, `verify: {hmac: {hash: sha256, secret: `+tt.form+`}, signature: {header: X-Sig}}`)
			mac := hmac.New(sha256.New, []byte(tt.key))
			mac.Write([]byte("x"))
			request := attack{header: http.Header{"X-Sig": {hex.EncodeToString(mac.Sum(nil))}}, body: "x"}.request()
			for _, secrets := range [][]string{{tt.secret}, {tt.secret, hexed + "00"}, {"%%%", tt.secret, " "}} {
				if _, err := receiverFor(source, secrets...).Verify(t.Context(), request); (err == nil) != tt.accepts {
					t.Errorf("with %q stored: Verify = %v, want it to be accepted: %t", secrets, err, tt.accepts)
				}
			}
		})
	}
}

// TestForgedTimes: a time of signing is well formed, or it is none.
func TestForgedTimes(t *testing.T) {
	for unit, texts := range map[string][]string{
		"s":   {"+1795608000", " 1795608000", "1795608000 ", "1795608000.0", "1.795608e9", "-1795608000", "1795608000000000000000", "0x6B06", "", "１７９５６０８０００", "1_795608000", "1795608301", "1795607699"},
		"ms":  {"+1795608000000", "1795608000000.5", "1795608000", "1795608300001", "1795607699999"},
		"iso": {"2026-11-25T12:00:00", "2026-11-25 12:00:00Z", "2026-11-25T12:00:00,5Z", "1795608000", "2026-11-25T12:05:01Z", "2026-11-25T11:54:59Z", "12026-11-25T12:00:00Z"},
	} {
		source := sourceOf(t, `verify: {hmac: {hash: sha256}, signature: {header: X-Sig}, timestamp: {header: X-At, unit: `+unit+`}, signed: "{timestamp}{body}"}`)
		good := map[string]string{"s": "1795608000", "ms": "1795608000000", "iso": "2026-11-25T12:00:00Z"}[unit]
		for _, at := range append(texts, good) {
			header := http.Header{"X-Sig": {hexOf(sha256.New, at+"x")}, "X-At": {at}}
			_, err := receiverFor(source).Verify(t.Context(), attack{header: header, body: "x"}.request())
			if (err == nil) != (at == good) {
				t.Errorf("%s %q: Verify = %v", unit, at, err)
			}
		}
	}
}

// TestNoCredentialIsLeft: what proves a request is in no header, parameter, field or body that
// rules read or the queue stores, in whichever way the request was proven.
func TestNoCredentialIsLeft(t *testing.T) {
	const hush = "hush-hush-hush"
	utf16 := func(text string) string {
		return "\xff\xfe" + strings.Join(strings.Split(text, ""), "\x00") + "\x00"
	}
	multi := "--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n" + attacked + "\r\n--b\r\nContent-Disposition: form-data; name=\"id\"\r\nContent-Type: text/plain\r\n\r\n7\r\n--b--\r\n"
	token := func(kind string) http.Header {
		return http.Header{"X-Webhook-Token": {attacked}, "Content-Type": {kind}}
	}
	mailgun := `{"id":"7","signature":{"signature":"` + hush + `","token":"t"},"signature":{"signature":"` + hush + `"}}`
	for name, tt := range map[string]attack{
		"a form":                       {keys: `verify: {compare: token, signature: {form: token}}`, header: http.Header{"Content-Type": {formType}}, body: "id=7&t%6Fken=" + attacked},
		"a multipart form":             {keys: `verify: {compare: token, signature: {form: token}}`, header: http.Header{"Content-Type": {"multipart/form-data; boundary=b"}}, body: multi},
		"a multipart form, by token":   {keys: `verify: [{compare: token, signature: {form: token}}, token]`, header: token("multipart/form-data; boundary=b"), body: multi},
		"a query":                      {keys: `verify: {compare: token, signature: {query: token}}`, query: "t%6Fken=" + attacked + "&id=7", body: `{"id":"7"}`},
		"Mailgun's, by token":          {keys: `verify: [mailgun, token]`, header: token(jsonType), body: strings.Replace(mailgun, `,"signature":{"signature":"`+hush+`"}}`, "}", 1)},
		"Mailgun's in UTF-16":          {keys: `verify: [mailgun, token]`, header: token(jsonType), body: utf16(`{"id":"7","signature":{"signature":"` + hush + `"}}`)},
		"Stripe's, by token":           {keys: `verify: [stripe, token]`, header: http.Header{"X-Webhook-Token": {attacked}, "Stripe-Signature": {hush}}, body: `{"id":"7"}`},
		"a notification's in UTF-16":   {keys: `verify: [zoho-notification, token]`, header: token(jsonType), body: utf16(`{"id":"7","token":"` + attacked + `"}`)},
		"every element's":              {keys: `verify: graph`, body: `{"value":[{"id":"7","clientState":"` + attacked + `"}]}`},
		"more elements than are taken": {keys: `verify: [graph, token]`, header: token(jsonType), body: `{"value":[` + strings.Repeat(`{"id":"7","clientState":"`+attacked+`"},`, 1001) + `{"id":"7"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			r := receiverFor(sourceOf(t, tt.keys))
			d, err := r.Verify(t.Context(), tt.request())
			if err != nil {
				t.Fatal(err)
			}
			ev, err := webhook.Parse(d)
			if err != nil {
				t.Fatal(err)
			}
			shown := fmt.Sprintf("%+v %s %+v", d.Headers, strings.ReplaceAll(string(d.Body), "\x00", ""), ev) + d.RawQuery
			if strings.Contains(shown, attacked) || strings.Contains(shown, hush) {
				t.Errorf("left: %s", shown)
			}
			if ev.Fields["id"] != "7" && ev.Fields["value"] == nil {
				t.Errorf("fields = %v", ev.Fields)
			}
		})
	}
}
