package console

import (
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	// rowsOnPage is how many entries a page of the list has: a browser draws them at once.
	rowsOnPage = 50
	// mostRules is how many rules are listed to choose from. Of more, one types the name.
	mostRules = 50
)

// eventsPage is the list of entries.
type eventsPage struct {
	Filter   filter
	Entries  []*Entry
	Chart    chart
	Sources  []string
	Rules    []string
	Outcomes []string
	// Live is the address of what is new.
	Live string
	// Total is how many entries the list has on all its pages, and Dropped how many are no
	// longer kept.
	Total   int
	Dropped int64
	// Older and Newest are the addresses of other pages of the list, "" for none.
	Older, Newest string
	// Dead is set if these are dead letters.
	Dead *deadView
}

// showEvents shows the latest entries, or with `before` older ones.
func (c *Console) showEvents(w http.ResponseWriter, r *http.Request) {
	c.list(w, r, http.StatusOK, "")
}

// list shows the list, with what went wrong before, "" for nothing.
func (c *Console) list(w http.ResponseWriter, r *http.Request, status int, fault string) {
	f := filterOf(r.URL.Query())
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	p := eventsPage{Filter: f, Outcomes: Outcomes(), Dropped: c.Kept.Dropped()}
	all := c.Kept.All()
	c.texts.keep(all)
	var last int64
	if len(all) > 0 {
		last = all[0].ID
	}
	p.Live = "/live?" + url.Values{"run": {c.run}, "after": {strconv.FormatInt(last, 10)}}.Encode() + "&" + f.Query()
	var taken []*Entry
	for _, e := range all {
		if !f.takes(e, c.found) {
			continue
		}
		taken = append(taken, e)
		switch {
		case before > 0 && e.ID >= before:
		case len(p.Entries) < rowsOnPage:
			p.Entries = append(p.Entries, e)
		case p.Older == "":
			p.Older = listAddress(f, p.Entries[len(p.Entries)-1].ID)
		}
	}
	p.Total, p.Chart = len(taken), newChart(taken, time.Now())
	if before > 0 {
		p.Newest, p.Live = listAddress(f, 0), ""
	}
	for _, s := range c.Rules().Sources() {
		p.Sources = append(p.Sources, s.Name)
	}
	if names := c.Rules().Names(); len(names) <= mostRules {
		p.Rules = names
	}
	title := "Events"
	if c.Dead != nil {
		title, p.Live = "Dead letters", ""
		p.Dead = &deadView{MayRedrive: c.Dead.MayRedrive(), Fault: fault, Sent: -1}
		if sent, err := strconv.Atoi(r.URL.Query().Get("sent")); err == nil {
			p.Dead.Sent = sent
		}
	}
	c.pages.show(w, status, "events", page{Title: title, Tab: "/", Data: p})
}

// listAddress is the address of the list, from the entries before one on, or from the latest.
func listAddress(f filter, before int64) string {
	query := f.Query()
	if before > 0 {
		if query != "" {
			query += "&"
		}
		query += "before=" + strconv.FormatInt(before, 10)
	}
	if query == "" {
		return "/"
	}
	return "/?" + query
}

// showChart shows the chart alone, for a list that is open.
func (c *Console) showChart(w http.ResponseWriter, r *http.Request) {
	f := filterOf(r.URL.Query())
	var taken []*Entry
	now, all := time.Now(), c.Kept.All()
	c.texts.keep(all)
	for _, e := range all {
		if now.Sub(e.At) <= chartMinutes*time.Minute && f.takes(e, c.found) {
			taken = append(taken, e)
		}
	}
	c.pages.write(w, http.StatusOK, "events", "chart", newChart(taken, now))
}
