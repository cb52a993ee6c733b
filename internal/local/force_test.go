package local

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/console"
	"untag/internal/rules"
)

// shopRules returns a rules file whose rule takes a tag off the deal that the event names.
func shopRules(tag string) string {
	return `version: 1
sources:
  shop: {verify: token}
rules:
  - name: paid
    on: shop
    when: event.status == "paid"
    record: {module: Deals, id: event.deal}
    remove: [` + tag + "]\n"
}

// runningWith returns a function that runs with a rules file, and its output.
func runningWith(t *testing.T, text string) (*running, *safeBuffer) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	out := new(safeBuffer)
	r := &running{out: out, own: new(deliveries), log: slog.New(slog.DiscardHandler), url: "http://127.0.0.1:8080",
		flags: Options{Rules: file, Events: "none", Records: "none.yaml", Secrets: "none.json", Given: map[string]bool{}}}
	var err error
	if r.inputs, err = readInputs(r.flags); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	if r.account, err = r.simulate(ctx); err != nil {
		t.Fatal(err)
	}
	r.logs = logs{event: r.log}
	if r.client, err = r.account.client(func(string) {}, newWatchedClient(r.crm)); err != nil {
		t.Fatal(err)
	}
	r.force.Store(r.enforce(r.inputs))
	r.lines = newTicker(out, r.set)
	r.keeper = &keeper{kept: new(console.Kept), describe: r.lines.describe, rules: r.set}
	return r, out
}

// safeBuffer is a buffer for several goroutines.
type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// paid delivers an event, and returns the answer.
func paid(r *running, source, deal string) string {
	request := httptest.NewRequest("POST", "/webhooks/"+source, strings.NewReader(`{"status":"paid","deal":"`+deal+`"}`))
	request.Header = http.Header{"Content-Type": {"application/json"}, "X-Webhook-Token": {r.force.Load().shown[source]}}
	answer := httptest.NewRecorder()
	gateway{function: r, keep: r.keeper.keep, served: r.lines.print}.ServeHTTP(answer, request)
	return answer.Body.String()
}

// deal is the record that untag makes up for a rules file alone.
func deal(r *running) string { return r.records["Deals"][0]["id"].(string) }

func TestChangedRulesAreUsedOnlyWhenAUserSaysSo(t *testing.T) {
	r, out := runningWith(t, shopRules("In progress"))
	f := rulesFile{r}
	begun := r.set().Version()
	newer := strings.ReplaceAll(shopRules("Won"), "  shop: {verify: token}", "  shop: {verify: token}\n  desk: {verify: token}") +
		"  - {name: solved, on: desk, when: 'event.status == \"paid\"', record: {module: Deals, id: event.deal}, remove: [Open]}\n"
	if err := f.Save([]byte(newer), begun); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(r.flags.Rules); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the saved file has the permissions %v (%v)", info.Mode(), err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(r.flags.Rules), ".untag-*")); len(left) > 0 || err != nil {
		t.Errorf("a draft was left: %v %v", left, err)
	}
	if answer := paid(r, "shop", deal(r)); !strings.Contains(answer, `"In progress"`) || strings.Contains(answer, "Won") {
		t.Errorf("the changed file runs before it was used: %s", answer)
	}
	if err := f.Save([]byte("version: 1\n"), begun); !errors.Is(err, console.ErrChanged) {
		t.Errorf("what was saved by another is overwritten: %v", err)
	}
	if err := f.Use(begun); !errors.Is(err, console.ErrChanged) {
		t.Errorf("a version is used that was not shown: %v", err)
	}
	if err := f.Use(rules.VersionOf([]byte(newer))); err != nil {
		t.Fatal(err)
	}
	if answer := paid(r, "shop", deal(r)); !strings.Contains(answer, `"Won"`) {
		t.Errorf("after it was used: %s", answer)
	}
	if answer := paid(r, "desk", deal(r)); !strings.Contains(answer, `"Open"`) {
		t.Errorf("a new source is not served: %s", answer)
	}
	if said := out.String(); !strings.Contains(said, "is in use now, version "+rules.VersionOf([]byte(newer))) || !strings.Contains(said, "a secret was made up for desk: "+r.force.Load().shown["desk"]) {
		t.Errorf("the terminal says\n%s", said)
	}
	all := r.keeper.kept.All()
	if len(all) != 3 || all[2].Rules.Version() != begun || all[1].Rules.Version() == begun {
		t.Errorf("the entries do not have the rules that decided them")
	}
}

func TestBrokenRulesAreNotUsed(t *testing.T) {
	r, _ := runningWith(t, shopRules("In progress"))
	f := rulesFile{r}
	for name, text := range map[string]string{"no YAML": "rules: [", "an error": strings.ReplaceAll(shopRules("x"), "==", "=?"), "empty": ""} {
		if err := os.WriteFile(r.flags.Rules, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
		if err := f.Use(rules.VersionOf([]byte(text))); err == nil {
			t.Errorf("%s: used", name)
		}
		if answer := paid(r, "shop", deal(r)); !strings.Contains(answer, `"In progress"`) {
			t.Errorf("%s: %s", name, answer)
		}
	}
	if err := os.Remove(r.flags.Rules); err != nil {
		t.Fatal(err)
	}
	if err := f.Use(r.set().Version()); err == nil {
		t.Error("a file that is gone was used")
	}
}

// TestAnEventIsDecidedByOneVersion: while rules are replaced, each event has the tags of one
// version, and the entry names that version.
func TestAnEventIsDecidedByOneVersion(t *testing.T) {
	r, _ := runningWith(t, shopRules("V0, W0"))
	var done sync.WaitGroup
	for range 4 {
		done.Go(func() {
			for range 25 {
				paid(r, "shop", deal(r))
			}
		})
	}
	done.Go(func() {
		for i := range 20 {
			n := string(rune('0' + i%10))
			if _, err := r.use([]byte(shopRules("V" + n + ", W" + n))); err != nil {
				t.Error(err)
			}
		}
	})
	done.Wait()
	for _, e := range r.keeper.kept.All() {
		if len(e.Outcomes) != 1 || len(e.Outcomes[0].Removed) != 1 {
			t.Fatalf("%+v", e)
		}
		tags := strings.Join(e.Outcomes[0].Removed[0].Tags, " ")
		if len(tags) != 5 || tags[1] != tags[4] || !strings.Contains(strings.Join(e.Rules.Targets()[0].Tags, " "), tags) {
			t.Errorf("%q by rules with %q", tags, e.Rules.Targets()[0].Tags)
		}
	}
}

func TestTheTerminalSaysThatTheRulesChanged(t *testing.T) {
	r, out := runningWith(t, shopRules("In progress"))
	file := r.flags.Rules
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		go r.watchRules(ctx)
		for _, step := range []struct{ text, want string }{
			{shopRules("Won"), "has changed, but untag still uses the old rules: to see what would be different, and to use the new ones, open http://127.0.0.1:8080/rules"},
			{"version: 1\nrulez: []\n", "has changed and has 2 errors, so untag still uses the old rules; the first: 1:1"},
			{"", "cannot be read now"},
			{shopRules("In progress"), ""},
			{shopRules("Lost"), "has changed, but"},
		} {
			before := len(out.String())
			var err error
			if step.text == "" {
				err = os.Remove(file)
			} else {
				err = os.WriteFile(file, []byte(step.text), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * lookEvery)
			synctest.Wait()
			said := out.String()[before:]
			if !strings.Contains(said, step.want) || (said == "") != (step.want == "") || strings.Count(said, "\n") > 1 {
				t.Errorf("after %q the terminal says %q, want %q", step.text, said, step.want)
			}
		}
		stop()
		synctest.Wait()
	})
}

func TestTheAddressForOtherMachines(t *testing.T) {
	r, out := runningWith(t, shopRules("In progress"))
	for listen, want := range map[string]bool{"0.0.0.0:8080": true, ":8080": true, "[::]:8080": true, "127.0.0.1:8080": false, "localhost:8080": false, "192.0.2.7:8080": false} {
		before := len(out.String())
		r.flags.Listen = listen
		r.invite()
		if got := strings.Contains(out.String()[before:], "From another machine"); got != want {
			t.Errorf("--listen %s: it says how to reach it from elsewhere: %t, want %t", listen, got, want)
		}
	}
}

func TestWhatIsSaidOfTagsThatDidNotComeOff(t *testing.T) {
	r, out := runningWith(t, shopRules("In progress, Won")+`  - {name: watched, on: shop, mode: observe, when: 'event.status == "paid"', record: {module: Deals, id: event.deal}, remove: [Hot]}
  - {name: absent, on: shop, when: 'event.status == "lost"', record: {module: Deals, id: event.deal}, remove: [Hot]}
`)
	if err := r.crm.AddTag("Deals", deal(r), "Hot"); err != nil {
		t.Fatal(err)
	}
	had := r.crm.tags()[recordKey{"Deals", deal(r)}]
	before := len(out.String())
	paid(r, "shop", deal(r))
	first := out.String()[before:]
	paid(r, "shop", deal(r))
	second := out.String()[before+len(first):]
	if !strings.Contains(first, "loses") || !strings.Contains(first, `would lose "Hot", but the rule only observes`) {
		t.Errorf("of a record with %q: %s", had, first)
	}
	if strings.Contains(second, "loses") || !strings.Contains(second, `paid: Deals `+deal(r)+` did not have "In progress", "Won"`) {
		t.Errorf("the second time: %s", second)
	}
}

// TestAnEntryHasTheTagsBeforeAndAfter: as the simulated records had them.
func TestAnEntryHasTheTagsBeforeAndAfter(t *testing.T) {
	r, _ := runningWith(t, shopRules("In progress"))
	key := recordKey{"Deals", deal(r)}
	before := r.crm.tags()[key]
	paid(r, "shop", deal(r))
	touched := r.keeper.kept.All()[0].Touched
	if len(touched) != 1 || !slices.Equal(touched[0].Before, before) || slices.Contains(touched[0].After, "In progress") || touched[0].After == nil {
		t.Errorf("touched %+v of a record that had %q", touched, before)
	}
}

// TestAPathOfAWebhookIsNeverTheConsoles even if it looks like one of its paths, too.
func TestAPathOfAWebhookIsNeverTheConsoles(t *testing.T) {
	r, _ := runningWith(t, shopRules("In progress"))
	page := console.New(console.Config{Kept: r.keeper.kept, Rules: r.set, Records: r.crm})
	for path, toGateway := range map[string]bool{"/records/Deals/webhooks/add-tag": true, "/records/Deals/1/add-tag": false, "/webhooks/shop": true} {
		passed := false
		f := front{page, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { passed = true })}
		f.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", path, nil))
		if passed != toGateway {
			t.Errorf("POST %s: passed to the function: %t, want %t", path, passed, toGateway)
		}
	}
}
