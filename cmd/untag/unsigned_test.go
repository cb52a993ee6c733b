package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestRunSignsWhatHasNoCredential: a recorded request without a credential is signed, and one with
// a wrong one is refused.
func TestRunSignsWhatHasNoCredential(t *testing.T) {
	for _, name := range []string{"stripe", "token", "basic", "zoho-notification", "mailgun", "sns", "braintree", "paypal", "sendgrid"} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if code, out := initIn(t, folder, "", "--sender", name); code != 0 {
				t.Fatalf("exit %d:\n%s", code, out)
			}
			recorded := readFile(t, folder, "events", name+".json")
			wrong := map[string]string{
				"stripe": `"stripe-signature": "t=1,v1=00"`, "token": `"x-webhook-token": "wrong"`, "basic": `"authorization": "Basic eDp5"`, "paypal": `"PayPal-Transmission-Sig": "AAAA"`,
				"sendgrid": `"x-twilio-email-event-webhook-signature": "AAAA"`,
			}[name]
			if wrong != "" {
				recorded = strings.Replace(recorded, `"headers": {`, `"headers": {`+wrong+`,`, 1)
			} else {
				member := map[string]string{"zoho-notification": "token", "mailgun": "signature", "sns": "Signature"}[name]
				recorded = strings.Replace(strings.Replace(recorded, `"body": "{\n`, `"body": "{\"`+member+`\": \"wrong\",\n`, 1), `\"signature\": {\"token\": \"\", \"timestamp\": \"1790000000\", \"signature\": \"\"},\n`, "", 1)
				if name == "mailgun" {
					recorded = strings.Replace(recorded, `\"wrong\"`, `{\"token\": \"a\", \"timestamp\": \"1790000000\", \"signature\": \"00\"}`, 1)
				}
				if name == "braintree" {
					recorded = regexp.MustCompile(`"body": ".*"`).ReplaceAllString(recorded, `"body": "bt_signature=a%7Cb&bt_payload=AAAA"`)
				}
			}
			writeFile(t, recorded, folder, "events", name+".json")
			if code, out, _ := finished(t, []string{"PWD=" + folder}, "run", "--once", "--listen", "127.0.0.1:0"); code != 1 || !strings.Contains(out, "401") {
				t.Errorf("with a wrong credential: exit %d:\n%s\n%s", code, out, recorded)
			}
		})
	}
}

// TestSendARecordedRequest: untag send takes the body, the headers and the query of a recorded
// request.
func TestSendARecordedRequest(t *testing.T) {
	folder := t.TempDir()
	if code, out := initIn(t, folder, "", "--sender", "github", "--sender", "shopify"); code != 0 {
		t.Fatalf("exit %d:\n%s", code, out)
	}
	code, out := untag(t, folder, "send", "--as", "github", "--secret", "0123456789abcdef", "--print", "events/github.json")
	for _, say := range []string{"-H 'X-Github-Event: issues'", "-H 'X-Hub-Signature-256: sha256=", "-H 'Content-Type: application/json'", `--data-raw '{`} {
		if code != 0 || !strings.Contains(out, say) {
			t.Errorf("exit %d, printed without %q:\n%s", code, say, out)
		}
	}
	if strings.Contains(out, "requestContext") || strings.Contains(out, "Host:") {
		t.Errorf("the envelope is sent:\n%s", out)
	}
	code, out = untag(t, folder, "send", "--as", "github", "--secret", "0123456789abcdef", "--header", "x-github-event: ping", "--print", "events/github.json")
	if code != 0 || !strings.Contains(out, "X-Github-Event: ping") || strings.Contains(out, "issues'") {
		t.Errorf("exit %d: the header of the flag does not count more:\n%s", code, out)
	}
}
