package console

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// heartbeat is how often a connection without news says that it is alive.
	heartbeat = 15 * time.Second
	// sayEvery is how often a screen reader is told of new events.
	sayEvery = time.Second
	// mostCaughtUp is how many rows a page gets at once that was not connected: mostRows of app.js.
	mostCaughtUp = 200
)

// serveLive sends new entries to a page that is open, as server-sent events: "entry" with a row
// of the list, "said" with words for a screen reader, "touched" when tags came off records, and
// "missed" when the page must be loaded again to see all. The list knows all rows up to `after`.
func (c *Console) serveLive(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	if r.Method == http.MethodHead {
		return // nobody would read it
	}
	f := filterOf(r.URL.Query())
	reader, stop := c.Kept.Read()
	defer stop()
	s := stream{w: w, control: http.NewResponseController(w), console: c, filter: f}
	s.after, _ = strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	if r.URL.Query().Get("run") != c.run {
		s.after = 0
		s.otherRun()
	} else {
		s.catchUp()
	}
	s.flush()
	beat, say := time.NewTicker(heartbeat), time.NewTicker(sayEvery)
	defer beat.Stop()
	defer say.Stop()
	for s.err == nil {
		select {
		case <-r.Context().Done():
			return
		case id := <-reader.IDs:
			s.entryOf(id)
			for more := true; more; {
				select {
				case id := <-reader.IDs:
					s.entryOf(id)
				default:
					more = false
				}
			}
		case <-reader.Missed:
			s.missed()
		case <-say.C:
			s.say()
		case <-beat.C:
			s.write(": alive\n\n")
		}
		s.flush()
	}
}

// stream is the connection of one page.
type stream struct {
	w       io.Writer
	control *http.ResponseController
	console *Console
	filter  filter
	// after is the last entry that was sent.
	after int64
	// unsaid are the entries that a screen reader has not been told of, and latest the last.
	unsaid  int
	latest  *Entry
	err     error
	written bool
}

// catchUp sends what has come since the page was made, or since it was last connected: no more rows
// than a list keeps.
func (s *stream) catchUp() {
	var touched *Entry
	var latest []*Entry
	all := s.console.Kept.All()
	for _, e := range all {
		if e.ID <= s.after {
			break
		}
		if touched == nil && len(e.Touched) > 0 {
			touched = e
		}
		if len(latest) < mostCaughtUp && s.filter.takes(e, s.console.has) {
			latest = append(latest, e)
		}
	}
	for _, e := range slices.Backward(latest) {
		s.row(e)
	}
	// It comes last: the page takes it that it has all before it.
	if touched != nil {
		s.touched(touched)
	}
	if len(all) > 0 {
		s.after = max(s.after, all[0].ID)
	}
}

// entryOf sends an entry that may be no longer kept.
func (s *stream) entryOf(id int64) {
	if e := s.console.Kept.Get(id); e != nil {
		s.entry(e)
	} else if id > s.after {
		s.after = id
		s.missed()
	}
}

func (s *stream) entry(e *Entry) {
	if e.ID <= s.after {
		return
	}
	s.after = e.ID
	if len(e.Touched) > 0 {
		s.touched(e)
	}
	if s.filter.takes(e, s.console.has) {
		s.row(e)
	}
}

func (s *stream) touched(e *Entry) { s.send("touched", strconv.FormatInt(e.ID, 10)) }

func (s *stream) row(e *Entry) {
	row, err := s.console.pages.text("events", "row", e)
	if err != nil {
		s.err = err
		return
	}
	s.send("entry", row)
	s.unsaid, s.latest = s.unsaid+1, e
}

func (s *stream) missed() {
	s.send("missed", `<a href="/">Some events are not listed here. Load the page again.</a>`)
}

// otherRun tells a page of another run, whose events have the same numbers, to load itself again.
func (s *stream) otherRun() {
	s.send("missed", `<a href="/" data-run="another">untag run was started again. Load the page again.</a>`)
}

// say tells a screen reader how many events are new, and what became of the latest.
func (s *stream) say() {
	switch {
	case s.unsaid == 0:
		return
	case s.unsaid == 1:
		s.send("said", fmt.Sprintf("New event: %s, %s", escaped(s.latest.Source), s.latest.Outcome))
	default:
		s.send("said", fmt.Sprintf("%d new events, the latest: %s, %s", s.unsaid, escaped(s.latest.Source), s.latest.Outcome))
	}
	s.unsaid, s.latest = 0, nil
}

// send sends one event: its data may have several lines. A single carriage return is a line break
// of server-sent events, too: with one in a name, a sender could write events of its own.
func (s *stream) send(name, data string) {
	breaks := strings.NewReplacer("\r\n", "\ndata: ", "\r", "\ndata: ", "\n", "\ndata: ")
	s.write("event: " + name + "\ndata: " + breaks.Replace(data) + "\n\n")
}

func (s *stream) write(text string) {
	if s.err == nil {
		_, s.err = io.WriteString(s.w, text)
		s.written = true
	}
}

func (s *stream) flush() {
	if s.err == nil && s.written {
		s.err, s.written = s.control.Flush(), false
	}
}
