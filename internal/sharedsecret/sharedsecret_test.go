package sharedsecret_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/sharedsecret"
)

func TestRefused(t *testing.T) {
	const (
		example = "is an example, which anyone can guess"
		short   = "has fewer than 8 characters"
		blank   = "is nothing but white space"
		demo    = "is one of untag's demonstration secrets, which anyone can look up"
	)
	tests := map[string]string{
		"": "is empty", " ": blank, "\n": blank, " \t\r\n ": blank, "\u00a0\u2003\u3000": blank, "\u200b\ufeff": blank, "\x00": blank,
		"\u3164\u3164\u3164\u3164\u3164\u3164\u3164\u3164": blank, "\u2800\u2800\u2800\u2800\u2800\u2800\u2800\u2800": blank, "\u2060\ufe0f\u115f\u200e\u00ad\u202e\u180e\u034f": blank,
		"          ": blank,
		"…":          example, " … ": example, "...": example, "…………": example, "new": example, "Old\n": example,
		"changeme": example, "CHANGE-ME": example, "password": example, " Password\r\n": example, "undefined": example,
		"<your webhook secret>": example, "${WEBHOOK_SECRET}": example, "$(openssl rand -hex 24)": example,
		"{{ secret }}": example, "openssl rand -hex 24": example, "********": example, "----------------": example,
		"user:password": example, "x-webhook-token": example,
		"dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==": example, "test-webhook": example,
		"a": short, "1234567": short, "äöüäöüä": short, "  12345  ": short, "1234567\n": short, "\u200b1234567\u200b": short,
		"1\u200b2\u200b3\u200b4\u200b5\u200b": short, "123\u3164456\u2060\u2060": short,
		"a-source-of-mine": "is the name of the source, which its URL shows", "A-Source-Of-Mine ": "is the name of the source, which its URL shows",
		"untag-demo-token": demo, "Untag-Demo-anything after it": demo, "\tuntag-demo\n": demo,

		"12345670": "", "äöüäöüäö": "", "a new secret": "", "changeme-not": "", "a-source-of-mine-2": "", "xxxxxxxx": "",
		"not untag-demo-token": "", "<notclosed": "", "😀 a secret": "", "a       b": "",
		"3f9c2b7e5a1d4c8f0e6b9a2d7c5f1e8b3a6d9c2f5e8b1a4d": "",
	}
	for secret, want := range tests {
		if got := sharedsecret.Refused("a-source-of-mine", secret); got != want {
			t.Errorf("Refused(%q) = %q, want %q", secret, got, want)
		}
	}
}

func TestRefusedPair(t *testing.T) {
	for pair, want := range map[string]string{
		"a-token-without-it":      "has no colon: for HTTP basic authentication it is user:password",
		"administrator:":          "is user:password, and the password is empty",
		"administrator: ":         "is user:password, and the password is nothing but white space",
		"administrator:pass":      "is user:password, and the password has fewer than 8 characters",
		"user:changeme":           "is user:password, and the password is an example, which anyone can guess",
		"integration:Integration": "is user:password, and the password is the name of the user",
		"crm:untag-demo-word":     "is user:password, and the password is one of untag's demonstration secrets, which anyone can look up",
		"crm:pass:word:of:it":     "", ":an-api-key-alone": "",
	} {
		if got := sharedsecret.RefusedPair(pair); got != want {
			t.Errorf("RefusedPair(%q) = %q, want %q", pair, got, want)
		}
	}
	if sharedsecret.Refused("zoho", "crm:untag-demo-word") == "" {
		t.Error("a password of the demonstration is not refused")
	}
}

func TestExamine(t *testing.T) {
	stored := []string{"hush-hush-hush-1", "hush-15-letters", "hush", "hush-hush-hush-2\n", "", "hush-8-l "}
	usable, findings := sharedsecret.Examine("zoho", stored)
	if diff := cmp.Diff([]string{stored[0], stored[1], stored[3], stored[5]}, usable); diff != "" {
		t.Errorf("usable: -want +got\n%s", diff)
	}
	const (
		short = "has fewer than 16 characters; `openssl rand -hex 24` makes a better one"
		white = "begins or ends in white space or a line break, which senders leave out; store it again without it"
	)
	want := []sharedsecret.Finding{
		{Source: "zoho", Number: 2, Of: 6, Reason: short},
		{Source: "zoho", Number: 3, Of: 6, Refused: true, Reason: "has fewer than 8 characters"},
		{Source: "zoho", Number: 4, Of: 6, Reason: white},
		{Source: "zoho", Number: 5, Of: 6, Refused: true, Reason: "is empty"},
		{Source: "zoho", Number: 6, Of: 6, Reason: white},
		{Source: "zoho", Number: 6, Of: 6, Reason: short},
	}
	if diff := cmp.Diff(want, findings); diff != "" {
		t.Errorf("findings: -want +got\n%s", diff)
	}
	if got := findings[0].Subject(); got != "secret 2 of 6" {
		t.Errorf("Subject = %q", got)
	}
	if usable, findings := sharedsecret.Examine("zoho", []string{strings.Repeat("x", sharedsecret.Enough)}); len(usable) != 1 || len(findings) != 0 {
		t.Errorf("Examine of enough characters = %q, %v", usable, findings)
	}
}

// TestDemoSecretsAreRefused checks that every secret of events/secrets is refused.
func TestDemoSecretsAreRefused(t *testing.T) {
	files, err := filepath.Glob("../../events/secrets/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var keys map[string]any
		if err := json.Unmarshal(text, &keys); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for source, value := range keys {
			list, several := value.([]any)
			if !several {
				list = []any{value}
			}
			for _, secret := range list {
				if text, ok := secret.(string); !ok || sharedsecret.Refused(source, text) == "" {
					t.Errorf("%s: a secret of source %s is not refused: begin it with %q", file, source, sharedsecret.Demo)
				}
			}
		}
	}
}

// TestDocumentedSecretsAreRefused checks the secrets that the documents show, as the value
// of the webhook secret or after a header of the demonstration.
func TestDocumentedSecretsAreRefused(t *testing.T) {
	shown := 0
	for _, file := range []string{"../../README.md", "../../docs/deploy.md", "../../docs/rules.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\{"zoho": ?"([^"]*)"(?:, ?"github": ?\["([^"]*)", ?"([^"]*)"\])?`).FindAllStringSubmatch(string(text), -1) {
			for _, secret := range m[1:] {
				if secret == "" {
					continue
				}
				shown++
				if sharedsecret.Refused("zoho", secret) == "" {
					t.Errorf("%s shows the secret %q, which is not refused", file, secret)
				}
			}
		}
		for _, m := range regexp.MustCompile(`X-Webhook-Token: ([^'"$\s]+)`).FindAllStringSubmatch(string(text), -1) {
			shown++
			if sharedsecret.Refused("zoho", m[1]) == "" {
				t.Errorf("%s shows the token %q, which is not refused", file, m[1])
			}
		}
	}
	if shown == 0 {
		t.Error("the documents show no secret")
	}
}

// TestExaminePublicKey: a key in PEM ends in a line break, which is no fault.
func TestExaminePublicKey(t *testing.T) {
	const key = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n"
	if usable, findings := sharedsecret.Examine("events", []string{key}); len(usable) != 1 || len(findings) > 0 {
		t.Errorf("Examine = %q, %v", usable, findings)
	}
}
