package local

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"untag/internal/event"
	"untag/internal/queue"
)

// fakeDead is a dead-letter queue in memory.
type fakeDead struct {
	mu   sync.Mutex
	list []queue.Dead
	sent []string
}

func (f *fakeDead) List(context.Context, int) ([]queue.Dead, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.list), nil
}

func (f *fakeDead) Redrive(_ context.Context, to string, _ int, chosen func(queue.Dead) bool) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	sent := 0
	f.list = slices.DeleteFunc(f.list, func(one queue.Dead) bool {
		if !chosen(one) {
			return false
		}
		sent++
		f.sent = append(f.sent, to+" "+one.ID)
		return true
	})
	return sent, nil
}

// deadLetter returns a message about a deal that failed some minutes ago.
func deadLetter(t *testing.T, id string, minutes int) queue.Dead {
	t.Helper()
	d := event.Delivery{ID: "event-" + id, Source: "shop", Proof: "token", ContentType: "application/json", Body: []byte(`{"status":"paid","deal":"5725767000000900001"}`), Time: time.Now()}
	body, err := queue.Encode(d)
	if err != nil {
		t.Fatal(err)
	}
	return queue.Dead{ID: id, Body: body, Delivery: d, Readable: true, Sent: time.Now(), Reason: queue.Reason{
		Code: "NO_PERMISSION", Rule: "paid", Message: "the user may not change <b>" + id, Time: time.Now().Add(time.Duration(-minutes) * time.Minute),
	}}
}

// serveDead runs `untag run --dead-letters` and returns the address of its console.
func serveDead(t *testing.T, q *fakeDead, redrive string) string {
	t.Helper()
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	writeRules(t, rules, shopRules("In progress"))
	return serveDeadWith(t, q, redrive, rules)
}

func writeRules(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// serveDeadWith does the same with a rules file.
func serveDeadWith(t *testing.T, q *fakeDead, redrive, rules string) string {
	t.Helper()
	out, in := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- RunDead(ctx, in, io.Discard, q, DeadOptions{Listen: "127.0.0.1:0", Rules: rules, Most: 100, Redrive: redrive})
		in.Close()
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal(<-ended)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	line := lines.Text()
	return strings.TrimSuffix(line[strings.Index(line, "http://"):], "/")
}

func pageOf(t *testing.T, answer *http.Response, err error) (int, string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestDeadLettersAreShown(t *testing.T) {
	q := &fakeDead{list: []queue.Dead{deadLetter(t, "m1", 5), deadLetter(t, "m2", 9), {ID: "m3", Body: "not ours", Reason: queue.Reason{Code: "UNREADABLE"}}}}
	address := serveDead(t, q, "")
	answer, err := http.Get(address + "/")
	code, page := pageOf(t, answer, err)
	if code != 200 {
		t.Fatal(code, page)
	}
	for _, want := range []string{"<h1>Dead letters</h1>", "paid: NO_PERMISSION: the user may not change &lt;b&gt;m1", "UNREADABLE", "--redrive"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	if strings.Index(page, "m1") > strings.Index(page, "m2") {
		t.Error("the latest is not first")
	}
	for _, not := range []string{"/dead-letters/redrive\"><button", `type="checkbox"`, "sse-connect"} {
		if strings.Contains(page, not) {
			t.Errorf("%q is in\n%s", not, page)
		}
	}
	answer, err = http.PostForm(address+"/dead-letters/redrive", url.Values{"id": {"1"}})
	if code, page := pageOf(t, answer, err); code != http.StatusForbidden || len(q.sent) > 0 {
		t.Errorf("without --redrive: %d, %v sent\n%s", code, q.sent, page)
	}
}

// TestADeadLetterOfAnotherProgram: its page says so, in place of what an invocation may be.
func TestADeadLetterOfAnotherProgram(t *testing.T) {
	q := &fakeDead{list: []queue.Dead{{ID: "m1", Body: "not ours", Reason: queue.Reason{Code: "UNREADABLE"}}}}
	answer, err := http.Get(serveDead(t, q, "") + "/events/1")
	_, page := pageOf(t, answer, err)
	if !strings.Contains(page, "It cannot be read: untag did not store this message") || strings.Contains(page, "AppConfig") {
		t.Errorf("the page is\n%s", page)
	}
}

// What untag did not store has no event to copy, and an event of a source that is gone no test.
func TestWhatCannotBeCopiedOfADeadLetter(t *testing.T) {
	gone := deadLetter(t, "m2", 4)
	gone.Delivery.Source = "gone"
	gone.Body, _ = queue.Encode(gone.Delivery)
	address := serveDead(t, &fakeDead{list: []queue.Dead{{ID: "m1", Body: "not ours", Reason: queue.Reason{Code: "UNREADABLE"}}, gone}}, "")
	for path, want := range map[string]struct {
		code int
		says string
	}{
		"/events/1/event.json": {409, "untag did not store this message"},
		"/events/1/test.yaml":  {409, "untag did not store this message"},
		"/events/2/event.json": {200, `"eventSource": "aws:sqs"`},
		"/events/2/test.yaml":  {409, `The rules have no source "gone"`},
		"/events/2/curl":       {404, ""},
	} {
		answer, err := http.Get(address + path)
		if code, page := pageOf(t, answer, err); code != want.code || !strings.Contains(page, want.says) {
			t.Errorf("%s: %d, want %d with %q:\n%s", path, code, want.code, want.says, page)
		}
	}
}

// TestDeadLettersWithCorrectedRules: someone corrects a rule, and looks what it would do now.
func TestDeadLettersWithCorrectedRules(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rules.yaml")
	writeRules(t, file, shopRules("In progress"))
	address := serveDeadWith(t, &fakeDead{list: []queue.Dead{deadLetter(t, "m1", 5)}}, "", file)
	for _, step := range []struct{ rules, says, does string }{
		{shopRules("Corrected"), "<h1>Dead letters</h1>", "loses &#34;Corrected&#34;"},
		{"version: 1\nrulez: []\n", "The rules cannot be used:", "loses &#34;Corrected&#34;"},
	} {
		writeRules(t, file, step.rules)
		answer, err := http.PostForm(address+"/dead-letters/read", nil)
		if _, page := pageOf(t, answer, err); !strings.Contains(page, step.says) {
			t.Errorf("no %q in\n%s", step.says, page)
		}
		answer, err = http.Get(address + "/events/1")
		if _, page := pageOf(t, answer, err); !strings.Contains(page, step.does) {
			t.Errorf("no %q in\n%s", step.does, page)
		}
	}
}

func TestChosenDeadLettersAreSentAgain(t *testing.T) {
	q := &fakeDead{list: []queue.Dead{deadLetter(t, "m1", 5), deadLetter(t, "m2", 9), deadLetter(t, "m3", 7)}}
	address := serveDead(t, q, "https://queue")
	answer, err := http.Get(address + "/")
	_, page := pageOf(t, answer, err)
	number := func(message string) string {
		before, _, _ := strings.Cut(page, "&lt;b&gt;"+message)
		after := before[strings.LastIndex(before, `value="`)+len(`value="`):]
		id, _, _ := strings.Cut(after, `"`)
		return id
	}
	// The page of another run has other numbers.
	answer, err = http.PostForm(address+"/dead-letters/redrive", url.Values{"id": {number("m1")}, "run": {"another"}})
	if code, page := pageOf(t, answer, err); code != http.StatusConflict || len(q.sent) > 0 || !strings.Contains(page, `name="run" value="`) {
		t.Errorf("a page of another run: %d, sent %v", code, q.sent)
	}
	answer, err = http.PostForm(address+"/dead-letters/redrive", url.Values{"id": {number("m1"), number("m3")}})
	code, after := pageOf(t, answer, err)
	if code != 200 || !strings.Contains(after, "2 sent again") || strings.Contains(after, "&gt;m1") || !strings.Contains(after, "&gt;m2") {
		t.Errorf("%d\n%s", code, after)
	}
	slices.Sort(q.sent)
	if got := fmt.Sprint(q.sent); got != "[https://queue m1 https://queue m3]" {
		t.Errorf("sent %s", got)
	}
	for name, form := range map[string]url.Values{"none": {}, "a word": {"id": {"m1"}}} {
		answer, err = http.PostForm(address+"/dead-letters/redrive", form)
		if code, page := pageOf(t, answer, err); code != http.StatusUnprocessableEntity || !strings.Contains(page, `role="alert"`) {
			t.Errorf("%s: %d\n%s", name, code, page)
		}
	}
	q.mu.Lock()
	q.list = append(q.list, deadLetter(t, "m4", 1))
	q.mu.Unlock()
	answer, err = http.PostForm(address+"/dead-letters/read", nil)
	if _, page := pageOf(t, answer, err); !strings.Contains(page, "&gt;m4") || strings.Index(page, "&gt;m4") > strings.Index(page, "&gt;m2") {
		t.Errorf("after the queue was read again:\n%s", page)
	}
}
