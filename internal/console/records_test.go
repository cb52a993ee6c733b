package console_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/console"
	"untag/internal/rules"
	"untag/internal/sandbox"
)

// withRecords returns a console of a simulated Zoho; nil has none.
func withRecords(t *testing.T, sb *sandbox.Sandbox) *console.Console {
	t.Helper()
	set, faults := rules.Load([]byte("version: 1\nsources: {shop: {verify: token}}\nrules: [{name: r, on: shop, when: event.a == 1, record: {module: Deals, id: event.id}, remove: [x]}]\n"))
	if set == nil {
		t.Fatal(faults)
	}
	c := console.Config{Kept: new(console.Kept), Rules: func() *rules.Rules { return set }, Token: token}
	if sb != nil {
		c.Records = sb
	}
	return console.New(c)
}

// post sends a form as a browser on this machine does.
func post(c *console.Console, address string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", address, strings.NewReader(form.Encode()))
	r.RemoteAddr, r.Host = "127.0.0.1:50000", "127.0.0.1:8080"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w
}

func TestRecordsAreShownAndChanged(t *testing.T) {
	sb := sandbox.New(sandbox.Config{Records: sandbox.Records{
		"Deals": {{"id": "11", "Deal_Name": `<script>alert("x")</script>`, "Amount": 7, "Tag": []any{"In progress", "<b>"}}},
		"Cases": {},
	}})
	c := withRecords(t, sb)
	page := get(c, "/records").Body.String()
	if strings.Contains(page, "<script>alert") || strings.Contains(page, "<b>") || !strings.Contains(page, "&lt;b&gt;") || !strings.Contains(page, "Deals (1)") || !strings.Contains(page, "Cases (0)") {
		t.Errorf("the page does not show the records as text:\n%s", page)
	}
	steps := []struct {
		change string
		form   url.Values
		status int
		says   string
	}{
		{"Deals/11/add-tag", url.Values{"tag": {" Ünïque "}}, 303, ""},
		{"Deals/11/remove-tag", url.Values{"tag": {"In progress"}}, 303, ""},
		{"Deals/11/field", url.Values{"field": {"Amount"}, "value": {"8.5"}}, 303, ""},
		{"Deals/11/field", url.Values{"field": {"Stage"}, "value": {"two\r\nlines"}}, 303, ""},
		{"Deals/11/field", url.Values{"field": {"Deal_Name"}, "do": {"delete"}, "value": {"x"}}, 303, ""},
		{"Deals/11/add-tag", url.Values{"tag": {"a,b"}}, 422, "a character that Zoho does not allow"},
		{"Deals/11/field", url.Values{"field": {"id"}, "value": {"12"}}, 422, "The field id cannot be changed"},
		{"Deals/12/add-tag", url.Values{"tag": {"x"}}, 404, "There is no record 12 in Deals"},
		{"Nothing/11/add-tag", url.Values{"tag": {"x"}}, 404, `There is no module "Nothing"`},
		{"Deals/11/explode", nil, 422, "There is no such change"},
	}
	for _, step := range steps {
		w := post(c, "/records/"+step.change, step.form)
		if w.Code != step.status || !strings.Contains(html.UnescapeString(w.Body.String()), step.says) {
			t.Errorf("%s %v: %d, want %d and %q:\n%s", step.change, step.form, w.Code, step.status, step.says, w.Body)
		}
		want := "/records?id=11&module=Deals#r11"
		if strings.HasSuffix(step.change, "/field") {
			want = "/records?id=11&module=Deals&open=11#r11"
		}
		if to := w.Header().Get("Location"); step.status == 303 && to != want {
			t.Errorf("%s leads to %q, want %q", step.change, to, want)
		}
	}
	record, _ := sb.Record("Deals", "11")
	want := map[string]any{"id": "11", "Amount": 8.5, "Stage": "two\nlines", "Tag": []string{"<b>", "Ünïque"}}
	if diff := cmp.Diff(want, record); diff != "" {
		t.Errorf("the record differs (-want +got):\n%s", diff)
	}
	if page := get(c, "/records?module=Deals").Body.String(); !strings.Contains(page, `<del class="chip">In progress</del>`) {
		t.Error("the tag that is gone is not struck through")
	}
	if folded, unfolded := get(c, "/records?module=Deals").Body.String(), get(c, "/records?module=Deals&open=11").Body.String(); strings.Contains(folded, "<details open>") || !strings.Contains(unfolded, "<details open>") {
		t.Error("the fields are not unfolded after one of them was changed")
	}
	if w := post(c, "/records/reset", url.Values{"module": {"Deals"}}); w.Code != 303 || w.Header().Get("Location") != "/records?module=Deals" {
		t.Errorf("reset: %d to %s", w.Code, w.Header().Get("Location"))
	}
	if record, _ := sb.Record("Deals", "11"); record["Amount"] != 7 || len(record["Tag"].([]string)) != 2 {
		t.Errorf("%v after a reset", record)
	}
}

// TestAFaultForHTMX is shown in the record: htmx ignores an answer with the status of an error.
func TestAFaultForHTMX(t *testing.T) {
	c := withRecords(t, sandbox.New(sandbox.Config{Records: sandbox.Records{"Deals": {{"id": "11"}}}}))
	r := httptest.NewRequest("POST", "/records/Deals/11/add-tag", strings.NewReader("tag=a%3Cb"))
	r.RemoteAddr, r.Host = "127.0.0.1:50000", "127.0.0.1:8080"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("HX-Request", "true")
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	_, record, _ := strings.Cut(w.Body.String(), `id="r11"`)
	if w.Code != 200 || !strings.Contains(record, `role="alert"`) {
		t.Errorf("%d %s", w.Code, record)
	}
}

// TestTagsOfAnOpenPage replaces the tags of the records that the page has, and nothing that
// somebody types into.
func TestTagsOfAnOpenPage(t *testing.T) {
	c := withRecords(t, sandbox.New(sandbox.Config{Records: sandbox.Records{"Deals": {{"id": "11", "Tag": []any{"A"}}, {"id": "12"}}}}))
	part := get(c, "/records/tags?module=Deals").Body.String()
	if strings.Count(part, `hx-swap-oob="true"`) != 2 || !strings.Contains(part, `id="t11"`) || strings.Contains(part, "<html") || strings.Contains(part, `name="value"`) {
		t.Errorf("answered\n%s", part)
	}
}

func TestManyRecordsHavePages(t *testing.T) {
	var list []map[string]any
	for i := range 45 {
		list = append(list, map[string]any{"id": fmt.Sprint(100 + i), "Stage": fmt.Sprint("stage ", i%2)})
	}
	c := withRecords(t, sandbox.New(sandbox.Config{Records: sandbox.Records{"Deals": list}}))
	seen := make(map[string]bool)
	for address := "/records"; address != ""; {
		page := get(c, address).Body.String()
		parts := strings.Split(page, `<article class="record" id="r`)[1:]
		if len(parts) > 20 {
			t.Fatalf("%d records on a page", len(parts))
		}
		for _, part := range parts {
			id, _, _ := strings.Cut(part, `"`)
			seen[id] = true
		}
		before, _, more := strings.Cut(page, `">More records`)
		address = ""
		if more {
			address = html.UnescapeString(before[strings.LastIndex(before, `"`)+1:])
		}
	}
	if len(seen) != 45 {
		t.Errorf("%d records on all pages, want 45", len(seen))
	}
	for query, want := range map[string]int{"?q=STAGE+1&from=20": 2, "?q=144": 1, "?q=nothing": 0, "?from=-7": 20, "?from=9999": 0, "?from=x&module=Nothing": 0, "?module=Deals&id=144": 5, "?module=Activities&id=101": 20, "?module=Nothing&id=101": 0} {
		w := get(c, "/records"+query)
		if n := strings.Count(w.Body.String(), "<article"); n != want || w.Code != 200 {
			t.Errorf("%s: %d with %d records, want %d", query, w.Code, n, want)
		}
	}
}

// TestARealAccount has no records to show or to change.
func TestARealAccount(t *testing.T) {
	c := withRecords(t, nil)
	if w := get(c, "/records"); w.Code != 200 || !strings.Contains(w.Body.String(), "works with a real account") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for _, change := range []string{"reset", "Deals/1/add-tag"} {
		if w := post(c, "/records/"+change, url.Values{"tag": {"x"}}); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "no simulated records") {
			t.Errorf("%s: %d %s", change, w.Code, w.Body)
		}
	}
	empty := withRecords(t, sandbox.New(sandbox.Config{}))
	if w := get(empty, "/records"); w.Code != 200 || !strings.Contains(w.Body.String(), "--records FILE") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
