package console_test

import (
	"net/url"
	"strings"
	"testing"
)

func TestTry(t *testing.T) {
	c := showing(t, sent("shop", "", `{"status":"paid","amount":21,"list":[1,2],"gone":null}`, map[string]string{"x-kind": "deal"}))
	for expression, want := range map[string]string{
		`event.amount * 2`:       `number 42 event.amount is 21`,
		`upper(event.status)`:    `string "PAID"`,
		`event.list`:             `list [ 1, 2 ]`,
		`event.gone`:             `null null`,
		`now()`:                  `date "2026-11-25T12:00:00Z"`,
		`duration("90m")`:        `duration "1h30m0s"`,
		`headers["x-kind"]`:      `string "deal"`,
		`event.status == "paid"`: `true event.status is "paid"`,
		`event.status == "paid" and event.amount < 5`: `false all of false event.status == "paid" true event.status is "paid" event.amount < 5 false this decided event.amount is 21`,
		`event.lost`:         `missing event.lost is missing`,
		`event.amuont > 1`:   `missing event.amuont is missing; there is event.amount`,
		`record.Stage`:       "missing record.Stage is missing only where sees the record",
		`event.status > 5`:   `error a string cannot be compared with a number`,
		`event.status = "x"`: `fault at column 14:`,
		"event.amount > 1 and\n  lowr(event.x) == 1": `fault at line 2, column 3:`,
		`  `:                                    `Write an expression`,
		`any(1..10000, any(1..10000, # == -1))`: `error`,
		`"` + strings.Repeat("a", 9<<10) + `"`:  `fault The expression is too long to try`,
		`event.amount in [` + strings.Repeat("1,", 2000) + `21]`: `true`,
	} {
		w := fragment(c, "/events/1/try?event=1&expression="+url.QueryEscape(expression))
		got := wordsOf(w.Body.String())
		if w.Code != 200 || !strings.HasPrefix(strings.TrimSpace(got), want) || strings.Contains(w.Body.String(), "<html") {
			t.Errorf("%.60s: %d %.300s, want %s", expression, w.Code, got, want)
		}
	}
	w := get(c, "/events/1/try?event=1&expression="+url.QueryEscape(`event.amount + 1`))
	wantWords(t, w.Body.String(), "Try an expression", "number 22")
	if !strings.Contains(w.Body.String(), `value="event.amount &#43; 1"`) {
		t.Error("the form of the page without JavaScript has lost the expression")
	}
	for _, address := range []string{"/events/2/try?event=1", "/events/1/try?event=2", "/events/1/try?event=-1"} {
		if w := fragment(c, address); w.Code != 404 {
			t.Errorf("%s: %d", address, w.Code)
		}
	}
}
