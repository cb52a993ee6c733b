package console_test

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/console"
	"untag/internal/pipeline"
	"untag/internal/rules"
)

const eventRules = `version: 1
sources:
  shop: {verify: github}
  desk: {verify: token, query: key}
  list: {verify: {hmac: {hash: sha256}, signature: {header: X-Sig}}, events: {each: "items[]"}}
  meta: {verify: meta}
  zoho: {verify: zoho-notification}
rules:
  - name: paid
    on: [shop, desk, list, meta, zoho]
    when: event.status == "paid" and (event.amount > 10 or not has(event.gone)) and event.lost == 1
    record: {module: Deals, id: event.deal}
    remove: [In progress]
  - name: won
    on: [shop, list]
    when: event.status == "paid"
    where: record.Stage == "Won" and record.Amount > 5
    record: {module: Deals, id: event.deal}
    remove: [In progress]
  - name: broken
    on: shop
    when: event.status > 5
    record: {module: Deals, id: event.deal}
    remove: [In progress]
`

// sent returns the entry of a request, as a gateway passes it to the function.
func sent(source, query, body string, headers map[string]string) *console.Entry {
	if headers == nil {
		headers = map[string]string{}
	}
	headers["content-type"] = "application/json"
	payload, _ := json.Marshal(events.APIGatewayV2HTTPRequest{
		Version: "2.0", RawPath: "/webhooks/" + source, RawQueryString: query, Headers: headers, Body: body,
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			TimeEpoch: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC).UnixMilli(),
			HTTP:      events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: "POST", Path: "/webhooks/" + source},
		},
	})
	return &console.Entry{At: time.Now(), Method: "POST", Path: "/webhooks/" + source, Source: source, Status: 200, Outcome: pipeline.OutcomeNothing, Payload: payload, Answer: []byte(`{"outcome":"nothing"}`)}
}

// showing returns a console that keeps entries decided by eventRules.
func showing(t testing.TB, entries ...*console.Entry) *console.Console {
	t.Helper()
	set, faults := rules.Load([]byte(eventRules))
	if set == nil {
		t.Fatal(faults)
	}
	kept := new(console.Kept)
	for _, e := range entries {
		e.Rules = set
		kept.Add(e)
	}
	hide := strings.NewReplacer("stored-secret", "(hidden)").Replace
	return console.New(console.Config{Kept: kept, Rules: func() *rules.Rules { return set }, Token: token, Hide: hide})
}

// fragment asks as htmx does.
func fragment(c *console.Console, address string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", address, nil)
	r.RemoteAddr, r.Host = "127.0.0.1:50000", "127.0.0.1:8080"
	r.Header.Set("HX-Request", "true")
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w
}

var tags, spaces = regexp.MustCompile(`<[^>]*>`), regexp.MustCompile(`\s+`)

// wordsOf returns the text of a page, without its markup.
func wordsOf(page string) string {
	return spaces.ReplaceAllString(html.UnescapeString(tags.ReplaceAllString(page, " ")), " ")
}

// elements counts the elements of a page.
func elements(page string) int {
	return strings.Count(page, "<") - strings.Count(page, "</")
}

// wantWords reports words that a page lacks.
func wantWords(t *testing.T, page string, words ...string) {
	t.Helper()
	text := wordsOf(page)
	for _, want := range words {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// A page of one event says what came, how it was verified, what each rule found, what was asked
// of Zoho, and which tags went.
func TestAnEvent(t *testing.T) {
	e := sent("shop", "a=1", `{"status":"paid","amount":7,"deal":"77","odd-name":{"x":[1,{"y":null}]}}`, map[string]string{"x-hub-signature-256": "sha256=beef", "x-kind": "deal"})
	e.Outcome, e.Details = pipeline.OutcomeRemoved, []string{`won: Deals 77 loses "In progress"`}
	e.Outcomes = []pipeline.Outcome{{Outcome: pipeline.OutcomeRemoved}}
	e.Touched = []console.Touched{{Module: "Deals", ID: "77", Before: []string{"In progress", "VIP"}, After: []string{"VIP", "New"}}}
	e.Exchanges = []console.Exchange{
		{Method: "GET", URL: "https://z/crm/v2/Deals?ids=77", Status: 200, Answer: `{"data":[{"id":"77","Stage":"Won","Amount":6,"Tag":[{"name":"In progress"},{"name":"VIP"}]}]}`},
		{Method: "POST", URL: "https://z/crm/v2/Deals/77/actions/remove_tags", Body: `{"tags":[{"name":"In progress"}]}`, Status: 202, Answer: `{"data":[{"code":"SUCCESS"}]}`},
	}
	w := get(showing(t, e), "/events/1")
	page := w.Body.String()
	wantWords(t, page,
		"Event 1 from shop removed", `won: Deals 77 loses "In progress"`,
		"removed: In progress", "added: New", "VIP",
		"paid does not fire all of missing", `event.status == "paid" true event.status is "paid"`, "any of true event.amount > 10 false event.amount is 7", "not true has(event.gone) false", "event.lost == 1 missing this decided event.lost is missing",
		`Deals 77 loses "In progress"`, "won fires", "where for Deals 77", `record.Stage == "Won" true record.Stage is "Won"`, "record.Amount > 5 true record.Amount is 6",
		"broken cannot be evaluated", "event.status > 5 error this decided",
		"POST https://z/crm/v2/Deals/77/actions/remove_tags 202 Accepted", "GET https://z/crm/v2/Deals?ids=77 200 OK", `"code": "SUCCESS"`,
		"Result verified Setting verify: github Proof header X-Hub-Signature-256 Signed text the body {body} Check HMAC-SHA256 in hex, made with the stored secret Proves what the request says",
		"X-Hub-Signature-256 hidden", "X-Kind deal", "POST /webhooks/shop?a=1", `"status": "paid",`, `"outcome": "nothing"`,
	)
	for _, want := range []string{`<del class="chip">`, `data-copy="event.status"`, `data-copy="event[&#34;odd-name&#34;].x[1].y"`, `data-copy="headers[&#34;x-kind&#34;]"`, `href="/events/1/curl"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(page, "beef") || w.Code != 200 {
		t.Errorf("%d, with the signature: %v", w.Code, strings.Contains(page, "beef"))
	}
}

// Each path that is offered to copy results in the value beside it.
func TestEachCopiedPathResultsInItsValue(t *testing.T) {
	body := `{"id":"1","lead-source":"web","a b":{"c.d":[{"e":1.5},["x",null,true]],"":2},"\"":3,"日本":4,"not":5,"</script>":6,"a'b":7,"\\":8}`
	c := showing(t, sent("desk", "q=1&q-r=2", body, map[string]string{"x-kind": "deal"}))
	page := get(c, "/events/1").Body.String()
	field := regexp.MustCompile(`data-copy="([^"]*)" title="[^"]*">[^<]*</button> <code class="value \w+">([^<]*)</code>`)
	found := field.FindAllStringSubmatch(page, -1)
	if len(found) < 15 {
		t.Fatalf("%d fields, want 15", len(found))
	}
	for _, f := range found {
		path, value := html.UnescapeString(f[1]), html.UnescapeString(f[2])
		got := wordsOf(fragment(c, "/events/1/try?event=1&expression="+url.QueryEscape(path)).Body.String())
		if value != "true" && !strings.Contains(got, " "+value+" ") || strings.Contains(got, "missing") || strings.Contains(got, "fault") {
			t.Errorf("%s = %s, want %s", path, got, value)
		}
	}
}

// What a sender wrote is text on every page.
func TestAnAttackersTextIsText(t *testing.T) {
	const evil = `<script>alert(1)</script><img src=x onerror=alert(1)>"'><svg/onload=alert(1)>{{.}}`
	quoted, _ := json.Marshal(evil)
	e := sent("shop", "q="+evil, `{`+string(quoted)+`:`+string(quoted)+`,"status":`+string(quoted)+`,"deal":[`+string(quoted)+`]}`, map[string]string{"x-evil": evil, evil: "x", "x-github-delivery": evil})
	e.Path, e.Source, e.Reason, e.Details = "/webhooks/"+evil, "shop", evil, []string{evil}
	e.Answer = []byte(evil)
	e.Exchanges = []console.Exchange{{Method: "GET", URL: "https://z/" + evil, Body: evil, Answer: evil, Status: 200}}
	e.Touched = []console.Touched{{Module: evil, ID: evil, Before: []string{evil}}}
	refused := *e
	refused.Outcome, refused.Source = console.OutcomeRefused, evil
	binary := sent("shop", "", evil, nil)
	c := showing(t, e, &refused, binary)
	for _, address := range []string{
		"/events/1", "/events/2", "/events/3", "/events/1/fields?event=1&root=event", "/events/1/try?event=1&expression=" + url.QueryEscape(evil),
		"/events/1/try?event=1&expression=" + url.QueryEscape(`event.status + "<script>"`),
	} {
		for _, w := range []*httptest.ResponseRecorder{get(c, address), fragment(c, address)} {
			page := w.Body.String()
			for _, wrong := range []string{"<script>", "<img", "<svg/", "onerror=alert(1)>"} {
				if strings.Contains(page, wrong) {
					t.Errorf("%s has %s", address, wrong)
				}
			}
			if w.Code != 200 || strings.Contains(page, " style=") {
				t.Errorf("%s: %d", address, w.Code)
			}
		}
	}
	for _, address := range []string{"/events/3/body", "/events/1/calls/1"} {
		w := get(c, address)
		if got := w.Header().Get("Content-Type"); w.Code != 200 || got != "text/plain; charset=utf-8" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d, %s", address, w.Code, got)
		}
	}
}

// No credential is on a page, right or wrong, no matter where the sender has put it.
func TestNoCredentialIsShown(t *testing.T) {
	const hush = "hush-0123456789abcdef"
	headers := func(name, value string) map[string]string { return map[string]string{name: value} }
	entries := []*console.Entry{
		sent("shop", "", `{}`, headers("x-hub-signature-256", hush)), sent("shop", "", `{}`, headers("authorization", "Bearer "+hush)),
		sent("shop", "", `{}`, headers("cookie", hush)), sent("shop", "", `{}`, headers("x-other-token", hush)), sent("shop", "token="+hush, `{}`, nil),
		sent("desk", "a=1&key="+hush, `{"a":1}`, nil), sent("desk", "k%65y="+hush, `{"a":1}`, nil), sent("list", "", `{"items":[]}`, headers("x-sig", hush)),
		sent("meta", "hub.mode=subscribe&hub.challenge=1&hub.verify_token="+hush, "", nil), sent("zoho", "", `{"token":"`+hush+`","module":"Deals","ids":[]}`, nil),
		sent("zoho", "", `{"tok\u0065n":"`+hush+`","module":"Deals","ids":[]}`, nil), sent("nobody", "secret="+hush, "{}", headers("x-api-key", hush)),
		sent("shop", "", `{"anywhere":"stored-secret"}`, headers("x-kind", "stored-secret")),
	}
	for _, e := range entries {
		refused := *e
		refused.Outcome, refused.Status = console.OutcomeRefused, 401
		entries = append(entries, &refused)
	}
	entries[12].Answer, entries[12].Reason = []byte("stored-secret"), "stored-secret"
	c := showing(t, entries...)
	for i, e := range entries {
		for _, address := range []string{"", "/body", "/fields?event=1&root=event", "/try?event=1&expression=event", "/try?event=1&expression=headers", "/try?event=1&expression=query"} {
			page := get(c, fmt.Sprintf("/events/%d%s", i+1, address)).Body.String()
			if strings.Contains(page, hush) || strings.Contains(page, "stored-secret") {
				t.Errorf("%d, %s %s: the credential is in %s", i+1, e.Source, e.Payload, address)
			}
		}
	}
}

// Each event of a request has a section, as many as there is room for.
func TestSeveralEventsInOneRequest(t *testing.T) {
	var items []string
	for i := range 120 {
		items = append(items, fmt.Sprintf(`{"status":"paid","deal":"%d","n":{"a":1,"b":2,"c":3}}`, i))
	}
	e := sent("list", "", `{"items":[`+strings.Join(items, ",")+`]}`, nil)
	e.Outcomes = make([]pipeline.Outcome, 120)
	for i := range e.Outcomes {
		e.Outcomes[i].Outcome = pipeline.OutcomeNothing
	}
	c := showing(t, e)
	page := get(c, "/events/1").Body.String()
	wantWords(t, page, "120 events in this request", "Event 1 of 120 nothing", "Event 50 of 120 nothing", "Show its fields and rules", "Events from 51 on")
	if n := elements(page); strings.Count(page, `<section class="one"`) != 50 || n > 4000 {
		t.Errorf("%d sections, %d elements", strings.Count(page, `<section class="one"`), n)
	}
	wantWords(t, get(c, "/events/1?event=101").Body.String(), "Event 101 of 120", "Event 120 of 120", "From the first", `"100"`)
	if page := get(c, "/events/1?event=9999").Body.String(); !strings.Contains(page, "Event 120 of 120") {
		t.Errorf("past the end: %.200s", wordsOf(page))
	}
}

// A refused request is not parsed, and its page says why it was refused.
func TestARefusedRequest(t *testing.T) {
	e := sent("shop", "", `{"status":"paid"}`, map[string]string{"x-hub-signature-256": "sha256=00"})
	e.Outcome, e.Status, e.Reason = console.OutcomeRefused, 401, "the signature in header X-Hub-Signature-256 does not match the body with any stored secret"
	c := showing(t, e)
	page := get(c, "/events/1").Body.String()
	wantWords(t, page, "Result refused the signature in header X-Hub-Signature-256 does not match", "Setting verify: github", "answered 401", "The request was refused, so no event was read from it.")
	if strings.Contains(page, "data-copy=\"event") || get(c, "/events/1/try?event=1&expression=1").Code != 404 {
		t.Error("the event of a refused request is shown")
	}
	old := sent("shop", "", `{}`, nil)
	old.Payload = nil
	wantWords(t, get(showing(t, old), "/events/1").Body.String(), "Nothing of it is kept", "That is not known")
	if w := get(c, "/events/7"); w.Code != 404 || !strings.Contains(w.Body.String(), "no longer kept") {
		t.Errorf("an entry that is not kept: %d", w.Code)
	}
}

// A batch of the queue was verified before, and its page shows the events.
func TestABatchOfTheQueue(t *testing.T) {
	e := sent("shop", "", "", nil)
	e.Method, e.Path, e.Status = "", "", 0
	body, _ := json.Marshal(map[string]any{"version": 1, "id": "d1", "source": "shop", "proof": "github", "time": "2026-11-25T12:00:00Z", "body": "e30="})
	e.Payload, _ = json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{MessageId: "m", EventSource: "aws:sqs", EventSourceARN: "arn:aws:sqs:x:1:q", Body: string(body)}}})
	page := get(showing(t, e), "/events/1").Body.String()
	wantWords(t, page, "Invocation", "Payload")
	if strings.Contains(page, "Copy as curl") {
		t.Error("an invocation that is not a request is offered as curl")
	}
}

// How old the time of signing was is said in words, and so is what was allowed.
func TestHowOldTheTimeOfSigningWas(t *testing.T) {
	set, faults := rules.Load([]byte(strings.Replace(eventRules, "shop: {verify: github}", "shop: {verify: slack}", 1)))
	if set == nil {
		t.Fatal(faults)
	}
	received := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for age, want := range map[time.Duration]string{
		0: "less than a second before it arrived", 61 * time.Second: "1 minute 1 second before it arrived", 26*time.Hour + 5*time.Second: "1 day 2 hours before it arrived",
		-2 * time.Minute: "2 minutes after it arrived: the clocks differ", time.Hour + 2*time.Second: "1 hour 2 seconds before it arrived",
	} {
		e := sent("shop", "", `{}`, map[string]string{"x-slack-signature": "v0=00", "x-slack-request-timestamp": fmt.Sprint(received.Add(-age).Unix())})
		e.Rules = set
		kept := new(console.Kept)
		kept.Add(e)
		c := console.New(console.Config{Kept: kept, Rules: func() *rules.Rules { return set }})
		wantWords(t, get(c, "/events/1").Body.String(), "Signed text the time of signing and the body v0:{timestamp}:{body}", "Signed "+want+"; the limit is 5 minutes")
	}
}

// A dead letter has the same page, without what sends it again.
func TestADeadLetter(t *testing.T) {
	e := sent("shop", "", `{"status":"paid"}`, nil)
	set, _ := rules.Load([]byte(eventRules))
	e.Rules = set
	kept := new(console.Kept)
	kept.Set([]*console.Entry{e})
	c := console.New(console.Config{Kept: kept, Rules: func() *rules.Rules { return set }, Dead: noDead{}})
	page := get(c, fmt.Sprintf("/events/%d", e.ID)).Body.String()
	wantWords(t, page, "paid does not fire", "Try an expression")
	if strings.Contains(page, "Replay") {
		t.Error("the page of a dead letter offers to replay it")
	}
}

// Dead letters that are too many to keep are told of, as often as the queue is read.
func TestManyDeadLetters(t *testing.T) {
	set, _ := rules.Load([]byte(eventRules))
	kept := new(console.Kept)
	c := console.New(console.Config{Kept: kept, Rules: func() *rules.Rules { return set }, Dead: noDead{}})
	for range 2 {
		var letters []*console.Entry
		for id := range 1007 {
			e := sent("shop", "", `{"status":"paid"}`, nil)
			e.ID = int64(id + 1)
			letters = append(letters, e)
		}
		kept.Set(letters)
		wantWords(t, get(c, "/").Body.String(), "7 older dead letters are not listed")
	}
	kept.Set(nil)
	if page := get(c, "/").Body.String(); strings.Contains(page, "not listed") || strings.Contains(page, "no longer kept") {
		t.Errorf("the queue is empty:\n%s", page)
	}
}

// noDead is an empty dead-letter queue.
type noDead struct{}

func (noDead) Read(context.Context) (int, error)             { return 0, nil }
func (noDead) Redrive(context.Context, []int64) (int, error) { return 0, nil }
func (noDead) MayRedrive() bool                              { return false }

// A rule says what it asks for, and a handshake that it has no event.
func TestWhatARuleAsksFor(t *testing.T) {
	c := showing(t, sent("shop", "", `{"status":"paid","amount":11,"lost":1,"deal":"77"}`, nil), sent("meta", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=abcdefgh", "", nil), sent("list", "", `{"items":[]}`, nil))
	_, page, _ := strings.Cut(wordsOf(get(c, "/events/1").Body.String()), "Rules ")
	if !strings.Contains(page, `event.lost == 1 true event.lost is 1 Deals 77 loses "In progress"`) {
		t.Errorf("the rule does not say what it asks for: %.500s", page)
	}
	wantWords(t, get(c, "/events/3").Body.String(), "The request has no event, so no rule sees it.")
	e := sent("meta", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=abcdefgh", "", nil)
	e.Method = "GET"
	e.Payload = []byte(strings.Replace(string(e.Payload), `"method":"POST"`, `"method":"GET"`, 1))
	page = get(showing(t, e), "/events/1").Body.String()
	wantWords(t, page, "The request is a handshake: no rule sees it.", "handshake the sender asks whether the URL is yours", "Proof query parameter hub.verify_token Check it is compared with the stored verify_token", "hub.verify_token=(hidden)")
}
