package webhook_test

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"untag/internal/event"
	"untag/internal/webhook"
)

// TestCausesOfARefusedToken checks that a token with anything else around it is refused, and
// that the log names the cause.
func TestCausesOfARefusedToken(t *testing.T) {
	const (
		unknown     = "the token is not the stored one"
		storedBlank = "the stored secret begins or ends in white space or a line break; store it again without it"
		quoted      = "quotation marks or white space stand around the token that was sent"
		bearer      = "`Bearer ` stands in front of the token; add `prefix: \"Bearer \"` to the source, or have the sender leave it out"
		encoded     = "the token was sent with %-escapes that should not be there"
	)
	pair := base64.StdEncoding.EncodeToString([]byte("user:" + good))
	tests := map[string]struct{ stored, sent, want string }{
		"a stored line break":       {good + "\n", good, storedBlank},
		"of Windows":                {good + "\r\n", good, storedBlank},
		"a stored blank in front":   {" " + good, good, storedBlank},
		"a stored tab":              {good + "\t", good, storedBlank},
		"a stored no-break space":   {good + "\u00a0", good, storedBlank},
		"a stored wide blank":       {"\u3000" + good, good, storedBlank},
		"a stored joiner":           {good + "\u2060", good, storedBlank},
		"a stored mark":             {good + "\u200e", good, storedBlank},
		"stored with Bearer":        {"Bearer " + good, good, "the stored secret begins with a word such as Bearer; store it again without the word"},
		"stored with basic":         {" basic  " + good, good, "the stored secret begins with a word such as Bearer"},
		"stored in quotes":          {`"` + good + `"`, good, "the stored secret has quotation marks around it"},
		"a bearer token":            {good, "Bearer " + good, bearer},
		"in lower case":             {good, "bearer " + good, bearer},
		"with two blanks":           {good, "Bearer  " + good, bearer},
		"Token":                     {good, "Token " + good, "`Token ` stands in front of the token"},
		"Basic":                     {good, "Basic " + good, "`Basic ` stands in front of the token"},
		"Basic, encoded":            {good, "Basic " + pair, "the token came as the password of HTTP basic authentication"},
		"Basic, stored as a pair":   {"user:" + good, "Basic " + pair, "the token came as the password of HTTP basic authentication"},
		"Bearer, stored with break": {good + "\n", "Bearer " + good, bearer},
		"quotes":                    {good, `"` + good + `"`, quoted},
		"single quotes":             {good, "'" + good + "'", quoted},
		"curly quotes":              {good, "“" + good + "”", quoted},
		"angle brackets":            {good, "<" + good + ">", quoted},
		"blanks":                    {good, good + " ", quoted},
		"an invisible mark":         {good, "\ufeff" + good, quoted},
		"quotes after Bearer":       {good, `Bearer "` + good + `"`, bearer},
		"the header's name":         {good, "X-Webhook-Token: " + good, "the name of the header stands in front of the token"},
		"percent-escapes":           {good + "+/=", url.QueryEscape(good + "+/="), encoded},
		"capitals":                  {good, strings.ToUpper(good), "the token differs from the stored secret in upper and lower case"},
		"twice":                     {good, good + ", " + good, "the token came more than once, joined by commas"},
		"another":                   {good, good + "x", unknown},
		"a beginning":               {good, good[:len(good)-1], unknown},
		"another after Bearer":      {good, "Bearer " + good + "x", unknown},
		"a word that is not one":    {good, "Bear " + good, unknown},
		"in the middle":             {good, good[:5] + " " + good[5:], unknown},
		"very long":                 {good, "Bearer " + strings.Repeat(" ", 5000) + good, unknown},
		"longer than any":           {good, strings.Repeat("x", 70_000), "the token is longer than any secret"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			header := []event.Scheme{{Kind: "token", Header: "X-Webhook-Token"}}
			got := refusedFor(t, header, []string{"another-secret-of-them", tt.stored}, webhook.Request{Header: http.Header{"X-Webhook-Token": {tt.sent}}})
			if !strings.HasPrefix(got, tt.want) {
				t.Errorf("in a header, refused for %q, want %q", got, tt.want)
			}
			query := []event.Scheme{{Kind: "token", Query: "key"}}
			got = refusedFor(t, query, []string{tt.stored}, webhook.Request{RawQuery: "key=" + url.QueryEscape(tt.sent)})
			if first, _, _ := strings.Cut(tt.want, "; "); !strings.HasPrefix(got, first) {
				t.Errorf("in the query, refused for %q, want %q", got, first)
			}
		})
	}
}

func TestCausesOfARefusedQueryToken(t *testing.T) {
	const stored = "a+secret+of/the=tests"
	query := []event.Scheme{{Kind: "token", Query: "key"}}
	for raw, want := range map[string]string{
		"key=a+secret+of/the=tests":                       "a + in the query arrives as a blank; write it as %2B in the URL",
		"key=a%20secret%20of/the=tests":                   "a + in the query arrives as a blank",
		"key=a%2Bsecret%2Bof/the=tests":                   "",
		"key=" + url.QueryEscape(stored):                  "",
		"key=" + url.QueryEscape(url.QueryEscape(stored)): "the token was sent with %-escapes that should not be there",
		"key=a+secret+of/the=test":                        "the token is not the stored one",
	} {
		got := refusedFor(t, query, []string{stored}, webhook.Request{RawQuery: raw})
		if !strings.HasPrefix(got, want) || (got == "") != (want == "") {
			t.Errorf("%s is refused for %q, want %q", raw, got, want)
		}
	}
	// In a header a space is a space.
	header := []event.Scheme{{Kind: "token", Header: "X-Webhook-Token"}}
	if got := refusedFor(t, header, []string{stored}, webhook.Request{Header: http.Header{"X-Webhook-Token": {"a secret of/the=tests"}}}); got != "the token is not the stored one" {
		t.Errorf("in a header, refused for %q", got)
	}
}

func TestCausesOfARefusedNotification(t *testing.T) {
	long := strings.Repeat("hush", 13)
	for name, tt := range map[string]struct {
		stored []string
		sent   string
		want   string
	}{
		"a line break":       {[]string{good + "\n"}, good, "the stored secret begins or ends in white space"},
		"a bearer token":     {[]string{good}, "Bearer " + good, "`Bearer ` stands in front of the token; have the sender leave it out"},
		"longer than Zoho's": {[]string{long}, long[:50], "the token is not the stored one; the stored secret has more than 50 characters"},
		"one of them fits":   {[]string{long, good}, long[:50], "the token is not the stored one"},
	} {
		got := refusedFor(t, notified, tt.stored, webhook.Request{Body: webhook.Bytes([]byte(`{"token":"` + tt.sent + `"}`))})
		if !strings.HasPrefix(got, tt.want) || name == "one of them fits" && got != tt.want {
			t.Errorf("%s: refused for %q, want %q", name, got, tt.want)
		}
	}
}

func TestCausesOfARefusedSignature(t *testing.T) {
	const body = `{"a":1}`
	sha256Hex := []event.Scheme{{Kind: "hmac", Header: "X-Sig", Algorithm: "sha256", Encoding: "hex", Prefix: "sha256="}}
	sha1Base64 := []event.Scheme{{Kind: "hmac", Header: "X-Sig", Algorithm: "sha1", Encoding: "base64"}}
	signed := sign(sha256.New, good, body)
	inHex, inBase64 := hex.EncodeToString(signed), base64.StdEncoding.EncodeToString(signed)
	short := sign(sha1.New, good, body)
	shortBase64 := base64.StdEncoding.EncodeToString(short)
	tests := map[string]struct {
		schemes      []event.Scheme
		stored, sent string
		want         string
	}{
		"right":                   {sha256Hex, good, "sha256=" + inHex, ""},
		"in upper case":           {sha256Hex, good, "sha256=" + strings.ToUpper(inHex), ""},
		"no prefix":               {sha256Hex, good, inHex, `header X-Sig does not begin with "sha256="`},
		"another prefix":          {sha256Hex, good, "sha1=" + inHex, `header X-Sig does not begin with "sha256="`},
		"base64 for hex":          {sha256Hex, good, "sha256=" + inBase64, "header X-Sig is base64, but hex is expected (`encoding`)"},
		"unpadded base64 for hex": {sha256Hex, good, "sha256=" + strings.TrimRight(inBase64, "="), "header X-Sig is base64, but hex is expected (`encoding`)"},
		"hex for base64":          {sha1Base64, good, hex.EncodeToString(short), "header X-Sig is hex, but base64 is expected (`encoding`)"},
		"base64":                  {sha1Base64, good, shortBase64, ""},
		"base64 without padding":  {sha1Base64, good, strings.TrimRight(shortBase64, "="), "header X-Sig is base64, but not standard base64 with padding"},
		"sha256 for sha1":         {sha1Base64, good, inBase64, "header X-Sig has the length of sha256, but sha1 is expected (`algorithm`)"},
		"sha1 for sha256":         {sha256Hex, good, "sha256=" + hex.EncodeToString(short), "header X-Sig has the length of sha1, but sha256 is expected (`algorithm`)"},
		"a byte less":             {sha256Hex, good, "sha256=" + inHex[:62], "header X-Sig has 31 bytes, but a signature with sha256 has 32"},
		"quotes":                  {sha256Hex, good, `sha256="` + inHex + `"`, "header X-Sig has white space or quotation marks around the signature"},
		"neither":                 {sha256Hex, good, "sha256=?", "header X-Sig is not hex"},
		"a stored line break":     {sha256Hex, good + "\n", "sha256=" + inHex, "the stored secret begins or ends in white space or a line break; store it again without it"},
		"stored in quotes":        {sha256Hex, `"` + good + `"`, "sha256=" + inHex, "the stored secret has quotation marks around it"},
		"GitHub, a stored break":  {[]event.Scheme{rowOf("github")}, good + "\r\n", "sha256=" + inHex, "the stored secret begins or ends in white space or a line break"},
		"another secret":          {sha256Hex, good + "x", "sha256=" + inHex, "the signature in header X-Sig does not match the body with any stored secret"},
		"another, with a break":   {sha256Hex, good + "x\n", "sha256=" + inHex, "the signature in header X-Sig does not match the body with any stored secret"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			header := http.Header{"X-Sig": {tt.sent}, "X-Hub-Signature-256": {tt.sent}}
			got := refusedFor(t, tt.schemes, []string{"another-secret-of-them", tt.stored}, webhook.Request{Header: header, Body: webhook.Bytes([]byte(body))})
			if !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") {
				t.Errorf("refused for %q, want %q", got, tt.want)
			}
			if len(tt.sent) > 20 && strings.Contains(got, tt.sent[10:]) {
				t.Errorf("the reason %q shows the signature", got)
			}
		})
	}
}
