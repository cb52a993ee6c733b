package browser_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// queues is as much of SQS as the console needs: a dead-letter queue, and what was sent to
// the other.
type queues struct {
	mu      sync.Mutex
	letters []letter
	sent    []string
}

// letter is a message of the dead-letter queue.
type letter struct {
	ID         string `json:"MessageId"`
	Receipt    string `json:"ReceiptHandle"`
	Body       string
	Attributes map[string]attribute `json:"MessageAttributes"`
}

// attribute is a message attribute.
type attribute struct{ DataType, StringValue string }

// dead returns the letter of an event that failed.
func dead(t testing.TB, id, code, message, body string) letter {
	t.Helper()
	stored, err := json.Marshal(map[string]any{
		"untag": 1, "id": "event-" + id, "source": "zoho", "proof": "token", "time": "2026-11-25T09:00:00Z",
		"content_type": "application/json", "body": body,
	})
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]attribute{}
	for name, text := range map[string]string{"code": code, "rule": "deal-closed", "message": message, "time": "2026-11-25T09:05:00Z"} {
		said[name] = attribute{"String", text}
	}
	return letter{ID: id, Receipt: "receipt-" + id, Body: string(stored), Attributes: said}
}

func (q *queues) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	var in struct{ MessageBody, ReceiptHandle string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer := any(struct{}{})
	switch strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS.") {
	case "ReceiveMessage":
		answer = map[string]any{"Messages": q.letters}
	case "SendMessage":
		q.sent = append(q.sent, in.MessageBody)
		answer = map[string]string{"MessageId": fmt.Sprint(len(q.sent))}
	case "DeleteMessage":
		kept := []letter{}
		for _, one := range q.letters {
			if one.Receipt != in.ReceiptHandle {
				kept = append(kept, one)
			}
		}
		q.letters = kept
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_ = json.NewEncoder(w).Encode(answer)
}

// startDead runs the program on a dead-letter queue with two letters.
func startDead(t *testing.T, arguments ...string) (*program, *queues) {
	t.Helper()
	q := &queues{letters: []letter{
		dead(t, "1", "NO_PERMISSION", "the user may not change <b>Deals</b>", dealWon),
		dead(t, "2", "RECEIVED_TOO_OFTEN", attack, dealOpen),
	}}
	aws := httptest.NewServer(q)
	t.Cleanup(aws.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_SQS": aws.URL, "AWS_REGION": "eu-central-1",
		"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret",
	} {
		t.Setenv(name, value)
	}
	p := prepare(t)
	const queue = "https://sqs.eu-central-1.amazonaws.com/123456789012/"
	p.run(append([]string{"--dead-letters", "--dead-letter-queue-url", queue + "dead"}, arguments...)...)
	return p, q
}

func TestDeadLettersAreReadInTheConsole(t *testing.T) {
	p, _ := startDead(t)
	b := open(p)
	b.visit("/")
	b.inspect("dead-letters")
	b.says("the list", b.said(), "NO_PERMISSION", "Deals", "--redrive")
	b.harmless("the list")
	if value[bool](b, `document.querySelector("[type=checkbox]") != null`) {
		t.Error("letters can be chosen, although --redrive was not given")
	}
	b.leads(map[string]bool{})
	b.visit("/events/1")
	b.inspect("dead-letter")
	b.harmless("a letter")
	b.leads(map[string]bool{})
	b.says("the letter", b.said(), "deal-closed", "fires", "Closed Won")
}

// A rule that is changed shows at once which dead letters it would treat differently. The letters are
// copied as tests, and nothing is changed: neither the queue nor the file.
func TestRulesAreTriedWithDeadLetters(t *testing.T) {
	p, q := startDead(t)
	b := open(p)
	b.allowClipboard()
	b.visit("/rules")
	b.inspect("dead-letters-rules")
	b.leads(map[string]bool{})
	b.says("the rules", value[string](b, `document.querySelector(".counts").innerText`), "deal-closed", "2")
	if value[bool](b, `document.querySelector("[formaction], form[action='/rules/use']") != null`) {
		t.Error("the rules can be saved or used")
	}
	b.do(chromedp.SetValue(chromedp.CSS("textarea[name=text]"), p.changed()))
	b.click("form.whatif button.main")
	b.wait(`document.querySelector("#difference").innerText.includes("2 of 2 events would be treated differently")`)
	for _, address := range []string{"/rules/save", "/rules/use", "/events/1/replay"} {
		if response, _ := p.ask(http.MethodPost, address); response.StatusCode < 400 {
			t.Errorf("POST %s: status %d", address, response.StatusCode)
		}
	}

	was := p.read("rules.yaml")
	p.write("rules.yaml", p.changed())
	b.visit("/rules")
	b.says("the rules", b.said(), "These pages still use the old rules", "2 of 2 events")
	b.click(`form[action="/dead-letters/read"] button`)
	b.wait(`document.querySelector("h1").innerText == "Dead letters"`)
	b.visit("/rules")
	b.says("the rules", b.said(), "These pages use this file")
	p.write("rules.yaml", was)

	b.visit("/events/1")
	b.click(`[data-copy-url$="/test.yaml"]`)
	b.wait(`document.querySelector("#said.shown")?.textContent == "Copied"`)
	p.write("rules_test.yaml", p.read("rules_test.yaml")+b.copied())
	p.write("rules.yaml", p.changed()) // those that the pages have
	if out, err := p.command("test"); err == nil || !strings.Contains(out, "1 passed, 1 failed") {
		t.Errorf("untag test: %v, want that the copy passes and the project's own test fails\n%s", err, out)
	}
	_, event := p.ask(http.MethodGet, "/events/1/event.json")
	p.write("letter.json", event)
	if out, err := p.command("explain", "-e", "letter.json"); err != nil || !strings.Contains(out, "Closed Won") {
		t.Errorf("untag explain: %v\n%s", err, out)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.sent) > 0 || len(q.letters) != 2 {
		t.Errorf("%d messages were sent and %d are left, want none and 2", len(q.sent), len(q.letters))
	}
}

func TestAChosenDeadLetterIsSentAgain(t *testing.T) {
	p, q := startDead(t, "--redrive", "--queue-url", "https://sqs.eu-central-1.amazonaws.com/123456789012/events")
	b := open(p)
	b.visit("/")
	b.inspect("dead-letters-redrive")
	b.click(`#entries li:has(.what) input[type=checkbox]`)
	b.click(`#entries ~ p button`)
	b.wait(`document.body.innerText.includes("1 sent again")`)
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.sent) != 1 || len(q.letters) != 1 {
		t.Errorf("%d messages were sent and %d are left, want one each", len(q.sent), len(q.letters))
	}
}
