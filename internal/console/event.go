package console

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"untag/functions/removetags/handler"
	"untag/internal/event"
	"untag/internal/explain"
	"untag/internal/rules"
	"untag/internal/sandbox"
)

const (
	// eventsOnPage is how many events of one request have a section on a page.
	eventsOnPage = 50
	// fieldsOnPage and partsOnPage are how many fields, and parts of conditions, a page draws.
	// What is more is left out, with a way to see it.
	fieldsOnPage, partsOnPage = 500, 400
)

// eventPage is one entry with all that is known about it.
type eventPage struct {
	*Entry
	Request  requestView
	Verified verifiedView
	// None says why there is no event, "" if there are some or if Unread says it.
	None string
	// Events are those of the request, from number From on; Count is how many it has.
	Events      []eventView
	Count, From int
	// Unread says why the events could not be read again, "" if they could.
	Unread string
	Calls  callsView
	// Records are those that the request touched, with their tags before and after.
	Records []touchedView
	// MoreRecords is how many of them are left out.
	MoreRecords int
	// Older and Newer are the ids of the entries next to it, 0 for none.
	Older, Newer int64
	// Next is the number of the first event on the next page, 0 for none.
	Next int
	// Dead says that it is a dead letter.
	Dead bool
	// Simulated says that there is a page with the records.
	Simulated bool
	// Answer is what the sender was told.
	Answer textView
}

// StatusText names the status of the answer.
func (p eventPage) StatusText() string { return http.StatusText(p.Status) }

// TookWords says how long it took.
func (p eventPage) TookWords() string { return p.Took.Round(time.Millisecond / 10).String() }

// eventView is one event of a request.
type eventView struct {
	// Entry and Number say which one it is; Of is how many there are.
	Entry      int64
	Number, Of int
	ID         string
	// Outcome is what became of it, "" if that is not known.
	Outcome string
	// Short says that the page has no room for its fields and rules.
	Short  bool
	Roots  []field
	Rules  []ruleView
	More   int // rules that are left out
	Notes  []string
	Missed []string // files that no rule can read
	Tried  tried
}

// eventRoutes are those of one event.
func (c *Console) eventRoutes() {
	c.mux.HandleFunc("GET /events/{id}", c.showEvent)
	c.mux.HandleFunc("GET /events/{id}/fields", c.showFields)
	c.mux.HandleFunc("GET /events/{id}/try", c.showTried)
	c.mux.HandleFunc("GET /events/{id}/body", c.showBody)
	c.mux.HandleFunc("GET /events/{id}/calls/{number}", c.showCall)
}

// read is what an entry holds, read again for a page.
type read struct {
	entry    *Entry
	rules    *rules.Rules
	recorded []handler.Recorded
	events   []event.Event
	// hide returns a text without secrets.
	hide func(string) string
	// unread is why there are no events, "" if there are or if the request has none.
	unread string
}

// readEntry reads an entry as the function did, without verifying it: that was done. A request
// that was refused is not parsed.
func (c *Console) readEntry(ctx context.Context, e *Entry) read {
	r := read{entry: e, rules: e.Rules, hide: c.hiderOf(e)}
	if r.rules == nil {
		r.rules = c.Rules()
	}
	var err error
	if r.recorded, err = handler.Read(r.rules, e.Payload); err != nil {
		r.unread = err.Error()
		return r
	}
	if e.Outcome == OutcomeRefused {
		return r
	}
	reader, err := explain.NewReader(r.rules, "", "")
	if err != nil {
		r.unread = err.Error()
		return r
	}
	for _, one := range r.recorded {
		reading, err := reader.Read(ctx, one)
		if err != nil {
			r.unread = err.Error()
			return r
		}
		for _, ev := range reading.Events {
			if one.Request != nil && one.Request.ReceivedAt.IsZero() {
				ev.Time = e.At // not the time of this page
			}
			r.events = append(r.events, ev)
		}
	}
	return r
}

// numbered returns the event that a query names by its number, from 1.
func (r read) numbered(request *http.Request) (ev event.Event, number int, found bool) {
	number = 1
	if text := request.URL.Query().Get("event"); text != "" {
		number, _ = strconv.Atoi(text)
	}
	if number < 1 || number > len(r.events) {
		return event.Event{}, 0, false
	}
	return r.events[number-1], number, true
}

// one is an event of an entry that is kept.
type one struct {
	entry  *Entry
	again  read
	event  event.Event
	number int
}

// oneIn returns the event that a request names by its entry and its number. If there is none, it
// answers so.
func (c *Console) oneIn(w http.ResponseWriter, r *http.Request) (one, bool) {
	e := c.entryIn(r)
	if e == nil {
		c.fault(w, http.StatusNotFound, "This event is no longer kept.")
		return one{}, false
	}
	again := c.readEntry(r.Context(), e)
	ev, number, found := again.numbered(r)
	if !found {
		c.fault(w, http.StatusNotFound, "The request has no such event.")
	}
	return one{e, again, ev, number}, found
}

// showEvent shows all about one entry.
func (c *Console) showEvent(w http.ResponseWriter, r *http.Request) {
	e := c.entryIn(r)
	if e == nil {
		c.fault(w, http.StatusNotFound, "This event is no longer kept.")
		return
	}
	from, _ := strconv.Atoi(r.URL.Query().Get("event"))
	c.pages.show(w, http.StatusOK, "event", page{Title: "Event " + strconv.FormatInt(e.ID, 10), Tab: "/", Data: c.newEventPage(r.Context(), e, from)})
}

func (c *Console) newEventPage(ctx context.Context, e *Entry, from int) eventPage {
	again := c.readEntry(ctx, e)
	p := eventPage{Entry: e, Count: len(again.events), Unread: again.unread, Dead: c.Dead != nil, Simulated: c.Records != nil}
	if slices.Contains(e.Details, Foreign) {
		p.Unread = Foreign
	}
	p.Request, p.Verified = c.newRequestView(e, again.hide), c.newVerifiedView(ctx, again)
	p.Answer = newTextView(again.hide, e.Answer, mostOfText)
	p.Calls = newCallsView(e, again.hide)
	p.Records, p.MoreRecords = touchedViews(e.Touched)
	for id, to := range map[int64]*int64{e.ID - 1: &p.Older, e.ID + 1: &p.Newer} {
		if c.Kept.Get(id) != nil {
			*to = id
		}
	}
	switch {
	case p.Count > 0 || p.Unread != "":
	case e.Outcome == OutcomeRefused:
		p.None = "The request was refused, so no event was read from it."
	case p.Verified.Handshake != "":
		p.None = "The request is a handshake: no rule sees it."
	default:
		p.None = "The request has no event, so no rule sees it."
	}
	p.From = min(max(from, 1), max(len(again.events), 1))
	last := min(len(again.events), p.From+eventsOnPage-1)
	if last < len(again.events) {
		p.Next = last + 1
	}
	room := room{fields: fieldsOnPage, parts: partsOnPage}
	crm := c.crmBefore(e)
	for i := p.From; i <= last; i++ {
		p.Events = append(p.Events, c.newEventView(ctx, again, i, crm, &room))
	}
	return p
}

// crmBefore returns a simulated CRM with the records as they were before an entry, nil if nothing
// is known about any: a dead letter's may have changed since.
func (c *Console) crmBefore(e *Entry) *sandbox.Sandbox {
	if c.Records == nil && len(e.Exchanges) == 0 {
		return nil
	}
	return sandbox.New(sandbox.Config{Records: c.recordsBefore(e)})
}

// room is how much a page can still draw.
type room struct{ fields, parts int }

// newEventView shows the event of a number, with all of its fields and rules if there is room.
func (c *Console) newEventView(ctx context.Context, again read, number int, crm *sandbox.Sandbox, left *room) eventView {
	ev := again.events[number-1]
	v := eventView{Entry: again.entry.ID, Number: number, Of: len(again.events), ID: ev.DeliveryID}
	v.Tried = tried{Entry: v.Entry, Number: number}
	if outcomes := again.entry.Outcomes; len(outcomes) == len(again.events) {
		v.Outcome = outcomes[number-1].Outcome
	}
	if number > 1 && (left.fields < fieldsOnPage/4 || left.parts < partsOnPage/4) {
		v.Short = true
		return v
	}
	v.Roots = fieldsOf(ev, drawing{again.entry.ID, number, again.hide, left})
	examined, err := explain.Examiner{Set: again.rules, CRM: crm}.Examine(ctx, ev)
	if err != nil {
		v.Notes = append(v.Notes, err.Error())
		return v
	}
	explained := explain.New(examined, again.rules.Explain(ev), "", crm)
	v.Rules, v.More = ruleViews(explained, again.hide, left)
	v.Notes = notesOf(explained)
	v.Missed = explained.PassedOver
	return v
}

// notesOf returns the notes about an event, without those that its rules have.
func notesOf(x explain.Explained) []string {
	notes := slices.DeleteFunc(x.Notes, func(note string) bool {
		return slices.ContainsFunc(x.Rules, func(r explain.Rule) bool {
			return r.Error != "" && strings.HasPrefix(note, r.Name+": cannot be evaluated: ")
		})
	})
	for i := range notes {
		notes[i] = strings.TrimSuffix(notes[i], "; --records FILE names a file of records")
	}
	if more := len(notes) - mostNotes; more > 0 {
		notes = append(notes[:mostNotes:mostNotes], strconv.Itoa(more)+" more notes are left out.")
	}
	return notes
}

// mostNotes is how many notes about an event are shown.
const mostNotes = 20
