package main

import (
	"html"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"untag/internal/sendersample"
)

// formOf reads the form with which a page sends a request, as a browser would.
func formOf(t *testing.T, page string) url.Values {
	t.Helper()
	_, page, _ = strings.Cut(page, `method="post" action="/send"`)
	form := make(url.Values)
	for _, input := range regexp.MustCompile(`<(?:input|button)[^>]* name="(\w+)"[^>]*>`).FindAllStringSubmatch(page, -1) {
		value := regexp.MustCompile(` value="([^"]*)"`).FindStringSubmatch(input[0])
		form.Set(input[1], html.UnescapeString(value[1]))
	}
	for _, text := range regexp.MustCompile(`(?s)<textarea name="(\w+)"[^>]*>\n?(.*?)</textarea>`).FindAllStringSubmatch(page, -1) {
		form.Set(text[1], strings.ReplaceAll(html.UnescapeString(text[2]), "\n", "\r\n"))
	}
	form.Set("method", regexp.MustCompile(`(?s)<select name="method">.*?<option selected>(\w+)`).FindStringSubmatch(page)[1])
	return form
}

// TestConsoleSendsEverySample: the sample of each sender is accepted and acted on, and what is
// copied of it does the same.
func TestConsoleSendsEverySample(t *testing.T) {
	unsigned := make(map[string]bool)
	for _, samples := range samplesApart(t) {
		unsignedOf(t, samples, unsigned)
	}
	if n := len(everySender()); len(unsigned) == 0 || len(unsigned) > n/3 {
		t.Errorf("%d of %d senders cannot be signed for: %v", len(unsigned), n, unsigned)
	}
}

// samplesApart returns the samples of all senders in groups, in each of which no two are about the
// same record.
func samplesApart(t *testing.T) (groups [][]sendersample.Sample) {
	t.Helper()
	var taken []map[string]bool
	for _, name := range everySender() {
		sample, _, err := sendersample.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		sample.Rule = "rule of " + name
		record := sample.Module() + " " + sample.ID
		i := slices.IndexFunc(taken, func(records map[string]bool) bool { return !records[record] })
		if i < 0 {
			i, taken, groups = len(taken), append(taken, make(map[string]bool)), append(groups, nil)
		}
		taken[i][record], groups[i] = true, append(groups[i], sample)
	}
	return groups
}

// unsignedOf sends some samples, and notes the senders for which untag cannot sign.
func unsignedOf(t *testing.T, samples []sendersample.Sample, unsigned map[string]bool) {
	t.Helper()
	var records []sendersample.Record
	for _, sample := range samples {
		records = append(records, sendersample.Record{Module: sample.Module(), ID: sample.ID, Has: sample.Has, Tags: sample.Remove})
	}
	rules, err := sendersample.RulesFile(samples)
	if err != nil {
		t.Fatal(err)
	}
	crm, err := sendersample.RecordsFile(records)
	if err != nil {
		t.Fatal(err)
	}
	c := runConsole(t, map[string]string{"rules.yaml": rules, "crm.yaml": crm})
	tests := "rules: rules.yaml\ntests:\n"
	for _, sample := range samples {
		_, page := c.get("/send?source=" + url.QueryEscape(sample.Name))
		form := formOf(t, page)
		unsigned[sample.Name] = form.Get("unsigned") != ""
		if !unsigned[sample.Name] {
			delete(unsigned, sample.Name)
		}
		status, to, page := c.post("/send", form)
		id, sent := strings.CutPrefix(to, "/send?sent=")
		if status != 303 || !sent {
			t.Errorf("%s: %d to %s: %s", sample.Name, status, to, page)
			continue
		}
		if _, page := c.get(to); !strings.Contains(page, `class="outcome removed"`) {
			t.Errorf("%s: nothing was removed: %s", sample.Name, regexp.MustCompile(`(?s)<section class="answer.*?</section>`).FindString(page))
		}
		status, test := c.get("/events/" + id + "/test.yaml")
		if status != 200 || !strings.Contains(test, "loses "+sample.Remove[0]) {
			t.Errorf("%s: test.yaml: %d %s", sample.Name, status, test)
		}
		tests += test
		if status, command := c.get("/events/" + id + "/curl"); !unsigned[sample.Name] {
			if shell(t, command); status != 200 {
				t.Errorf("%s: curl: %d %s", sample.Name, status, command)
			}
		}
		if status, to, page := c.post("/events/"+id+"/replay", nil); status != 303 || to == "/events/"+id {
			t.Errorf("%s: replay: %d to %s: %s", sample.Name, status, to, page)
		}
	}
	if _, list := c.get("/?outcome=refused"); strings.Contains(list, `<li id="e`) {
		t.Errorf("some requests were refused:\n%s", strings.Join(regexp.MustCompile(`<span class="(?:source|what)">.*?</span>`).FindAllString(list, -1), "\n"))
	}
	if err := os.WriteFile(filepath.Join(c.folder, "rules_test.yaml"), []byte(tests), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := untag(t, c.folder, "test"); code != 0 {
		t.Errorf("the copied tests: exit %d:\n%s\n%s", code, out, tests)
	}
}
