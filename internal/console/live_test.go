package console_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/console"
)

// open opens the events that a page gets, over a connection in memory.
func open(t *testing.T, c http.Handler, query string) *bufio.Scanner {
	t.Helper()
	ours, theirs := net.Pipe()
	listener := make(pipe, 1)
	listener <- theirs
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.RemoteAddr = "127.0.0.1:50000"
		c.ServeHTTP(w, r)
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { ours.Close(); server.Close() })
	client := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return ours, nil }}}
	answer, err := client.Get("http://127.0.0.1:8080/live?" + query)
	if err != nil {
		t.Fatal(err)
	}
	if kind := answer.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("the content type is %q", kind)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return bufio.NewScanner(answer.Body)
}

// pipe is a listener with one connection.
type pipe chan net.Conn

func (p pipe) Accept() (net.Conn, error) {
	if c, ok := <-p; ok {
		return c, nil
	}
	return nil, io.EOF
}
func (p pipe) Close() error   { close(p); return nil }
func (p pipe) Addr() net.Addr { return &net.TCPAddr{} }

// next returns the name and the data of the next event.
func next(t *testing.T, s *bufio.Scanner) (name, data string) {
	t.Helper()
	for s.Scan() {
		switch line := s.Text(); {
		case strings.HasPrefix(line, "event: "):
			name = line[len("event: "):]
		case strings.HasPrefix(line, "data: "):
			data += line[len("data: "):]
		case line == "" && name != "":
			return name, data
		}
	}
	t.Fatal("the events ended: ", s.Err())
	return "", ""
}

// live returns the address of the events of a page.
func live(page string) string {
	_, rest, _ := strings.Cut(page, `sse-connect="/live?`)
	query, _, _ := strings.Cut(rest, `"`)
	return strings.ReplaceAll(query, "&amp;", "&")
}

func TestNewEntriesAreSeenLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, kept := newConsole(t, false, entry("shop", "nothing", "{}", "before the page"))
		query := live(get(c, "/?source=shop").Body.String())
		kept.Add(entry("shop", "removed", "{}", "between the page and its connection"))
		events := open(t, c, query)
		if name, data := next(t, events); name != "entry" || !strings.HasPrefix(data, `<li id="e2">`) {
			t.Errorf("first %s: %s", name, data)
		}
		kept.Add(entry("desk", "removed", "{}", "of another source"))
		touched := entry("shop", "removed", "{}", `"><script>`)
		touched.Touched = []console.Touched{{Module: "Deals", ID: "1"}}
		began := time.Now()
		kept.Add(touched)
		if name, data := next(t, events); name != "touched" || data != "4" {
			t.Errorf("then %s: %s", name, data)
		}
		name, data := next(t, events)
		if name != "entry" || !strings.HasPrefix(data, `<li id="e4">`) || strings.Contains(data, "<script>") {
			t.Errorf("then %s: %s", name, data)
		}
		if took := time.Since(began); took >= time.Second {
			t.Errorf("seen after %v", took)
		}
		if name, data := next(t, events); name != "said" || data != "2 new events, the latest: shop, removed" {
			t.Errorf("then %s: %s", name, data)
		}
	})
}

func TestAPageOfAnotherRunIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := newConsole(t, false, entry("shop", "nothing", "{}", ""))
		events := open(t, c, "run=another&after=900")
		if name, data := next(t, events); name != "missed" || !strings.Contains(data, "Load the page again") {
			t.Errorf("%s: %s", name, data)
		}
	})
}

func TestASenderWritesNoLinesOfItsOwn(t *testing.T) {
	for _, lines := range []string{"a\r\rretry: 1\r\revent: missed\rdata: forged\r\r", "a\n\nid: 9\n\n", "a\r\n\r\nevent: touched\r\n"} {
		synctest.Test(t, func(t *testing.T) {
			c, kept := newConsole(t, false)
			events := open(t, c, live(get(c, "/").Body.String()))
			kept.Add(entry(lines, "removed", "{}", lines))
			for wanted := []string{"entry", "said"}; len(wanted) > 0 && events.Scan(); {
				switch line := events.Text(); {
				case strings.Contains(line, "\r"):
					t.Errorf("%q: the line %q has a break", lines, line)
				case line == "event: "+wanted[0]:
					wanted = wanted[1:]
				case line != "" && line != ": alive" && !strings.HasPrefix(line, "data: "):
					t.Errorf("%q: the line %q", lines, line)
				}
			}
		})
	}
}

func TestAskingForTheHeadersOfTheLiveEventsEnds(t *testing.T) {
	c, _ := newConsole(t, false)
	r := httptest.NewRequest("HEAD", "/live", nil)
	r.RemoteAddr, r.Host = "127.0.0.1:50000", "127.0.0.1:8080"
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r.WithContext(ctx))
	if w.Code != 200 || w.Body.Len() > 0 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// A page that nobody saw for long gets the latest rows, as many as its list keeps, and hears once that
// records have changed.
func TestAPageCatchesUpWithTheLatest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var entries []*console.Entry
		for i := range 900 {
			e := entry([]string{"shop", "desk"}[i%2], "removed", "{}", "")
			if i < 800 {
				e.Touched = []console.Touched{{Module: "Deals", ID: "1"}}
			}
			entries = append(entries, e)
		}
		c, kept := newConsole(t, false, entries...)
		query := strings.Replace(live(get(c, "/?source=desk").Body.String()), "after=900", "after=50", 1)
		events := open(t, c, query)
		for id := 502; id <= 900; id += 2 {
			if name, data := next(t, events); name != "entry" || !strings.HasPrefix(data, fmt.Sprintf(`<li id="e%d">`, id)) {
				t.Fatalf("%s: %s, want the row of event %d", name, data, id)
			}
		}
		if name, data := next(t, events); name != "touched" || data != "800" {
			t.Errorf("then %s: %s", name, data)
		}
		kept.Add(entry("desk", "nothing", "{}", ""))
		name, data := next(t, events)
		if name == "said" {
			name, data = next(t, events)
		}
		if name != "entry" || !strings.HasPrefix(data, `<li id="e901">`) {
			t.Errorf("then %s: %s", name, data)
		}
	})
}
