package main

import (
	"os"
	"strings"
	"testing"

	"untag/internal/rules"
	"untag/internal/webhook"
)

// TestRunRecordsBraintree: the XML is written, without the signature of its form.
func TestRunRecordsBraintree(t *testing.T) {
	const xml = `<notification><kind>won</kind><deal>5725767000000900001</deal></notification>`
	row, _ := rules.LoadSender("braintree")
	signed, err := webhook.Sign(row.Source, "public_key|"+hush, webhook.Outgoing{Body: []byte(xml)})
	if err != nil {
		t.Fatal(err)
	}
	folder := folderWith(t, map[string]string{
		"rules.yaml":   "version: 1\nsources: {pay: {verify: braintree}}\nrules: [{name: r, on: pay, when: event.notification.kind == \"won\", record: {module: Deals, id: event.notification.deal}, remove: [Open]}]\n",
		"secrets.json": `{"pay":"public_key|` + hush + `"}`,
	})
	status, files, printed := recorded(t, folder, "POST", "/webhooks/pay", string(signed.Body), map[string]string{"Content-Type": signed.Header.Get("Content-Type")})
	if status != 200 || len(files) != 1 {
		t.Fatalf("answered %d, wrote %v and printed:\n%s", status, files, printed)
	}
	if text, err := os.ReadFile(files[0]); err != nil || strings.Contains(string(text), "public_key") || strings.Contains(string(text), "bt_") {
		t.Errorf("%v: %s", err, text)
	}
	if code, out := untag(t, folder, "explain", "-e", files[0]); code != 0 || !strings.Contains(out, `Deals 5725767000000900001 loses "Open"`) {
		t.Errorf("exit %d:\n%s", code, out)
	}
}

// TestRunRecordsWhatIsNoSecret: the ARN of a topic is stored, but may be in a file.
func TestRunRecordsWhatIsNoSecret(t *testing.T) {
	const topic = "arn:aws:sns:eu-central-1:123456789012:orders"
	folder := folderWith(t, map[string]string{
		"rules.yaml":   "version: 1\nsources: {zoho: {verify: token}, orders: {verify: sns}}\nrules: [{name: r, on: [zoho, orders], when: event.stage == \"Won\", record: {module: Deals, id: event.deal}, remove: [Open]}]\n",
		"secrets.json": `{"zoho":"` + hush + `","orders":"` + topic + `"}`,
	})
	body := strings.Replace(recordWon, "{", `{"topic":"`+topic+`",`, 1)
	status, files, printed := recorded(t, folder, "POST", "/webhooks/zoho", body, map[string]string{"X-Webhook-Token": hush})
	if status != 200 || len(files) != 1 {
		t.Fatalf("answered %d, wrote %v and printed:\n%s", status, files, printed)
	}
	if text, err := os.ReadFile(files[0]); err != nil || !strings.Contains(string(text), topic) {
		t.Errorf("%v: %s", err, text)
	}
}
