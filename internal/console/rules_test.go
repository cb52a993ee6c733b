package console_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"untag/internal/console"
	"untag/internal/pipeline"
	"untag/internal/rules"
	"untag/internal/sandbox"
)

const shopRules = `version: 1
sources:
  shop: {verify: token}
rules:
  - name: paid
    on: shop
    when: event.status == "paid"
    record: {module: Deals, id: event.deal}
    remove: [In progress]
`

// rulesFile is a rules file in memory.
type rulesFile struct {
	text   string
	inUse  *rules.Rules
	broken error
}

func (f *rulesFile) Name() string          { return "my <rules>.yaml" }
func (f *rulesFile) Text() ([]byte, error) { return []byte(f.text), f.broken }

func (f *rulesFile) Save(text []byte, version string) error {
	if rules.VersionOf([]byte(f.text)) != version {
		return console.ErrChanged
	}
	f.text = string(text)
	return nil
}

func (f *rulesFile) Use(version string) error {
	if rules.VersionOf([]byte(f.text)) != version {
		return console.ErrChanged
	}
	set, _ := rules.Load([]byte(f.text))
	f.inUse = set
	return nil
}

// shopEvent is an event of the shop as the function gets it, with what was done with it.
func shopEvent(deal, status string, removed ...string) *console.Entry {
	return delivered("shop", fmt.Sprintf(`{"deal":%q,"status":%q}`, deal, status), removed...)
}

func delivered(source, body string, removed ...string) *console.Entry {
	e := entry(source, pipeline.OutcomeNothing, body, "")
	e.Payload, _ = json.Marshal(map[string]any{
		"version": "2.0", "rawPath": "/webhooks/" + source, "body": body, "headers": map[string]string{"content-type": "application/json"},
		"requestContext": map[string]any{"http": map[string]string{"method": "POST", "path": "/webhooks/" + source}},
	})
	for _, rule := range removed {
		e.Outcome = pipeline.OutcomeRemoved
		e.Outcomes = append(e.Outcomes, pipeline.Outcome{Removed: []pipeline.Removed{{Rule: rule}}})
	}
	return e
}

// withFile returns a console whose rules are those of a file.
func withFile(t *testing.T, text string, entries ...*console.Entry) (*console.Console, *rulesFile) {
	t.Helper()
	set, faults := rules.Load([]byte(text))
	if set == nil {
		t.Fatal(faults)
	}
	f := &rulesFile{text: text, inUse: set}
	kept := new(console.Kept)
	for _, e := range entries {
		kept.Add(e)
	}
	return console.New(console.Config{
		Kept: kept, Rules: func() *rules.Rules { return f.inUse }, Token: token, File: f,
		FreshCRM: func() *sandbox.Sandbox {
			return sandbox.New(sandbox.Config{Records: sandbox.Records{"Deals": {{"id": "1", "Amount": 5, "Tag": []any{"In progress", "Hot"}}}}})
		},
	}), f
}

// holds reports what a page lacks, and what it should not have.
func holds(t *testing.T, page string, has, not []string) {
	t.Helper()
	for _, part := range has {
		if !strings.Contains(page, part) {
			t.Errorf("no %q in\n%s", part, page)
		}
	}
	for _, part := range not {
		if strings.Contains(page, part) {
			t.Errorf("%q in\n%s", part, page)
		}
	}
}

func TestTheRulesPage(t *testing.T) {
	changed := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(shopRules) }
	for name, tt := range map[string]struct {
		file     string
		has, not []string
	}{
		"in force":           {shopRules, []string{"untag uses this file", "my &lt;rules&gt;.yaml", `href="/?rule=paid">1<`, `<li id="L5"`, "&#34;paid&#34;"}, []string{"Use these rules", "would be treated differently", "<rules>"}},
		"another event":      {changed(`"paid"`, `"open"`), []string{"has changed", "2 of 2 events would be treated differently", "Would newly lose a tag", `href="/events/2"`, "Would no longer lose a tag", "Deals 1: In progress", "Use these rules"}, []string{"uses this file"}},
		"another name":       {changed("name: paid", "name: done"), []string{"has changed", "All 2 events would be treated as they are", "done does what paid did before (1 event)", "Use these rules"}, []string{"Would "}},
		"an error":           {changed("when:", "wenn:"), []string{"has 1 error", "did you mean <code>when</code>?", `href="#L7"`, "still uses the old rules", `<li id="L7" class="faulty"><code>    wenn:`}, []string{"Use these rules", "would be treated differently"}},
		"a warning":          {changed("verify: token}", "verify: token}\n  spare: {verify: github}"), []string{"1 warning", "no rule uses source <code>spare</code>", "Use these rules"}, nil},
		"a secret":           {changed("verify: token", "verify: token, secret: hush-hush"), []string{"the line has a secret and is not shown", "# (line 3 has a secret and is not shown)"}, []string{"hush"}},
		"an attacker's text": {changed("name: paid", `name: "</textarea><script>x</script>"`), []string{"&lt;script&gt;"}, []string{"<script>x"}},
		"not YAML":           {"{", []string{"1 error"}, []string{"Use these rules"}},
		"empty":              {"", []string{"1 error"}, []string{"Use these rules"}},
	} {
		t.Run(name, func(t *testing.T) {
			c, f := withFile(t, shopRules, shopEvent("1", "paid", "paid"), shopEvent("2", "open"))
			f.text = tt.file
			w := get(c, "/rules")
			if w.Code != 200 {
				t.Errorf("status %d", w.Code)
			}
			holds(t, w.Body.String(), tt.has, tt.not)
		})
	}
}

func TestTheRulesPageWithoutAFile(t *testing.T) {
	c, f := withFile(t, shopRules)
	f.broken = fmt.Errorf("read the rules: it is gone")
	holds(t, get(c, "/rules").Body.String(), []string{"Read the rules: it is gone.", "paid"}, []string{"<textarea"})
	without, _ := newConsole(t, false)
	holds(t, get(without, "/rules").Body.String(), []string{"paid"}, []string{"<textarea"})
}

// TestWhatIf: an edited text is compared, and nothing is saved, and nothing runs with it.
func TestWhatIf(t *testing.T) {
	for name, tt := range map[string]struct {
		text     string
		has, not []string
	}{
		"the same":                          {shopRules, []string{"All 3 events would be treated as they are"}, nil},
		"one more tag":                      {strings.Replace(shopRules, "[In progress]", "[In progress, Hot]", 1), []string{"1 of 3 events would be", "Would newly lose a tag", "Deals 1: Hot", `href="/events/1"`}, []string{"no longer"}},
		"of the record":                     {strings.Replace(shopRules, "    record:", "    where: record.Amount > 6\n    record:", 1), []string{"1 of 3 events would be", "Would no longer lose a tag"}, nil},
		"only observed":                     {strings.Replace(shopRules, "    on: shop", "    on: shop\n    mode: observe", 1), []string{"Would no longer lose a tag", "Would newly be observed"}, nil},
		"cannot be evaluated":               {strings.Replace(shopRules, `"paid"`, `"paid" && event.status > 3`, 1), []string{"Could no longer be evaluated"}, nil},
		"a source that was refused":         {strings.Replace(shopRules, "shop: {verify: token}", "shop: {verify: token}\n  desk: {verify: token}", 1), []string{"1 of 4 events would be", "Would be read differently", `href="/events/4"`}, nil},
		"with errors":                       {strings.Replace(shopRules, "when:", "wenn:", 1), []string{"The text has 1 error", "line 7", "did you mean"}, []string{"would be treated"}},
		"a secret in what somebody pastes":  {strings.Replace(shopRules, "verify: token", "verify: token, secret: hush-hush", 1), []string{"in line 3"}, []string{"hush"}},
		"line breaks of a browser's form":   {strings.ReplaceAll(shopRules, "\n", "\r\n"), []string{"All 3 events would"}, nil},
		"an attacker's text in a condition": {strings.Replace(shopRules, `"paid"`, `"<script>x</script>" ==`, 1), []string{"error"}, []string{"<script>x"}},
	} {
		t.Run(name, func(t *testing.T) {
			unknown := delivered("desk", "{}")
			unknown.Outcome = console.OutcomeRefused
			c, f := withFile(t, shopRules, shopEvent("1", "paid", "paid"), shopEvent("2", "open"), shopEvent("3", "lost"), unknown)
			before := f.inUse
			form := url.Values{"version": {rules.VersionOf([]byte(shopRules))}, "text": {tt.text}}
			r := httptest.NewRequest("POST", "/rules/compare", strings.NewReader(form.Encode()))
			r.RemoteAddr, r.Host = "127.0.0.1:50000", "127.0.0.1:8080"
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("HX-Request", "true")
			w := httptest.NewRecorder()
			c.ServeHTTP(w, r)
			holds(t, w.Body.String(), tt.has, append(tt.not, "<html"))
			if whole := post(c, "/rules/compare", form); whole.Code != 200 || !strings.Contains(whole.Body.String(), "<html") || !strings.Contains(whole.Body.String(), tt.has[0]) {
				t.Errorf("without JavaScript: %d\n%s", whole.Code, whole.Body)
			}
			if f.text != shopRules || f.inUse != before {
				t.Error("the text was saved or is in force")
			}
		})
	}
}

func TestRulesAreSavedAndUsed(t *testing.T) {
	c, f := withFile(t, shopRules, shopEvent("1", "paid", "paid"))
	version := rules.VersionOf([]byte(shopRules))
	newer := strings.Replace(shopRules, `"paid"`, `"open"`, 1)
	w := post(c, "/rules/save", url.Values{"version": {version}, "text": {strings.ReplaceAll(newer, "\n", "\r\n")}})
	if w.Code != 303 || w.Header().Get("Location") != "/rules?done=saved" || f.text != newer || f.inUse.Version() != version {
		t.Fatalf("saved: %d %q, the file is\n%s", w.Code, w.Header().Get("Location"), f.text)
	}
	holds(t, get(c, "/rules?done=saved").Body.String(), []string{"Saved. untag uses it once", "1 of 1 event would be treated differently"}, nil)

	if w := post(c, "/rules/save", url.Values{"version": {version}, "text": {"mine: <b>"}}); w.Code != 409 || f.text != newer {
		t.Errorf("saved over a change: %d", w.Code)
	} else {
		holds(t, w.Body.String(), []string{"Not saved", "has changed since it was shown", "mine: &lt;b&gt;"}, nil)
	}
	if w := post(c, "/rules/use", url.Values{"version": {version}}); w.Code != 409 || f.inUse.Version() != version {
		t.Errorf("used what was not shown: %d", w.Code)
	}
	if w := post(c, "/rules/use", url.Values{"version": {rules.VersionOf([]byte(newer))}}); w.Code != 303 || f.inUse.Version() == version {
		t.Errorf("not used: %d", w.Code)
	}
	holds(t, get(c, "/rules?done=used").Body.String(), []string{"untag uses these rules now", "untag uses this file"}, []string{"Use these rules"})
	f.text = "version: 1\nrules: ["
	if w := post(c, "/rules/use", url.Values{"version": {rules.VersionOf([]byte(f.text))}}); w.Code != 409 {
		t.Errorf("used rules with errors: %d", w.Code)
	} else {
		holds(t, w.Body.String(), []string{"Not used", "1 error"}, nil)
	}
}

// TestALineWithASecretIsKept: it is not shown, and saving what was shown does not lose it.
func TestALineWithASecretIsKept(t *testing.T) {
	c, f := withFile(t, shopRules)
	f.text = strings.Replace(shopRules, "verify: token", "verify: token, secret: hush-hush", 1)
	page := get(c, "/rules").Body.String()
	_, rest, _ := strings.Cut(page, "<textarea")
	_, rest, _ = strings.Cut(rest, ">\n")
	shown, _, _ := strings.Cut(rest, "</textarea>")
	shown = strings.NewReplacer("&#34;", `"`, "&gt;", ">", "&lt;", "<", "&#39;", "'", "&amp;", "&").Replace(shown)
	if strings.Contains(shown, "hush") {
		t.Fatalf("the editor has the secret:\n%s", shown)
	}
	want := f.text + "# more\n"
	w := post(c, "/rules/save", url.Values{"version": {rules.VersionOf([]byte(f.text))}, "text": {shown + "# more\n"}})
	if w.Code != 303 || f.text != want {
		t.Errorf("saved: %d\n%s\nwant\n%s", w.Code, f.text, want)
	}
}

// TestCRLFIsKept: a file with line breaks of two characters keeps them.
func TestCRLFIsKept(t *testing.T) {
	text := strings.ReplaceAll(shopRules, "\n", "\r\n")
	c, f := withFile(t, text)
	want := text + "# more\r\n"
	if post(c, "/rules/save", url.Values{"version": {rules.VersionOf([]byte(text))}, "text": {want}}); f.text != want {
		t.Errorf("saved %q", f.text)
	}
}

// TestAThousandEventsAreCompared: all of them, with only the first of each rule listed.
func TestAThousandEventsAreCompared(t *testing.T) {
	var entries []*console.Entry
	for i := range 1000 {
		entries = append(entries, shopEvent(fmt.Sprint(i+1), "open"))
	}
	c, f := withFile(t, shopRules, entries...)
	f.text = strings.Replace(shopRules, `"paid"`, `"open"`, 1)
	holds(t, get(c, "/rules").Body.String(), []string{" of ", "events would be treated differently", "more</li>"}, nil)
}

// TestAnOpenPageFollowsTheFile: it is told of a change, once.
func TestAnOpenPageFollowsTheFile(t *testing.T) {
	c, f := withFile(t, shopRules, shopEvent("1", "paid", "paid"))
	version := rules.VersionOf([]byte(shopRules))
	asked := "/rules/state?shown=" + version + "&force=" + version
	if w := get(c, asked); w.Code != 204 || w.Body.Len() > 0 {
		t.Errorf("nothing has changed: %d %s", w.Code, w.Body)
	}
	f.text = strings.Replace(shopRules, `"paid"`, `"open"`, 1)
	now := rules.VersionOf([]byte(f.text))
	w := get(c, asked)
	holds(t, w.Body.String(), []string{"has changed", "1 of 1 event would", "Use these rules", `hx-swap-oob="true"`, `value="` + now + `"`, "&#34;open&#34;"}, []string{"<textarea", "<html"})
	if w := get(c, "/rules/state?shown="+now+"&force="+version); w.Code != 204 {
		t.Errorf("told again: %d", w.Code)
	}
	// A file that is gone is told of once, too, and so is one that is there again.
	f.broken = errors.New("read the rules: there is no such file; put the file back")
	holds(t, get(c, asked).Body.String(), []string{"Read the rules: there is no such file; put the file back.", "still uses the old rules", "shown=&amp;force=" + version}, []string{"untag uses this file", "Use these rules", "hx-swap-oob"})
	if w := get(c, "/rules/state?shown=&force="+version); w.Code != 204 {
		t.Errorf("told again that the file is gone: %d", w.Code)
	}
	f.broken = nil
	holds(t, get(c, "/rules/state?shown=&force="+version).Body.String(), []string{"has changed", "Use these rules"}, nil)
}

// TestWhatIfOfARealAccount: no record is read, so rules are compared by what they look for.
func TestWhatIfOfARealAccount(t *testing.T) {
	set, _ := rules.Load([]byte(shopRules))
	f := &rulesFile{text: strings.Replace(shopRules, "id: event.deal", "find: {criteria: {Deal_Name: event.deal}}", 1), inUse: set}
	kept := new(console.Kept)
	kept.Add(shopEvent("1", "paid", "paid"))
	c := console.New(console.Config{Kept: kept, Rules: func() *rules.Rules { return set }, Token: token, File: f})
	holds(t, get(c, "/rules").Body.String(), []string{"1 of 1 event would", "Would look for something else", "Deals found by Deal_Name", "Records of a real account are not read"}, nil)
}

// A record's id may be a secret that a sender misplaced, and a rules file that somebody sent may turn
// the direction of a line.
func TestWhatIfShowsNoSecret(t *testing.T) {
	text := strings.Replace(shopRules, "rules:", "# approved \u202e\u2066 by nobody\nrules:", 1)
	c, _ := withFile(t, text, shopEvent("stored-secret\u202e", "paid"))
	c.Hide = strings.NewReplacer("stored-secret", "(hidden)").Replace
	changed := strings.Replace(shopRules, `id: event.deal`, `id: '"7"'`, 1)
	changed = strings.Replace(changed, "[In progress]", `["X ${event.deal}"]`, 1)
	for _, w := range []*httptest.ResponseRecorder{get(c, "/rules"), post(c, "/rules/compare", url.Values{"version": {rules.VersionOf([]byte(text))}, "text": {changed}})} {
		list, _, _ := strings.Cut(w.Body.String(), "<textarea")
		_, rest, _ := strings.Cut(w.Body.String(), "</textarea>")
		if w.Code != 200 || strings.Contains(list+rest, "stored-secret") || strings.ContainsAny(list+rest, "\u202e\u2066") {
			t.Errorf("%d\n%s", w.Code, w.Body)
		}
	}
	w := post(c, "/rules/compare", url.Values{"text": {changed}})
	if !strings.Contains(w.Body.String(), "X (hidden)") {
		t.Errorf("nothing would be different:\n%s", w.Body)
	}
}
