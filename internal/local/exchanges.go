package local

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"untag/internal/console"
	"untag/internal/zoho"
)

// mostOfExchange is how much of a call's body, and of its answer, is kept, in bytes.
const mostOfExchange = 64 << 10

// watchedCalls passes calls to Zoho's API on, and keeps in the trace of their invocation what was
// asked and answered.
type watchedCalls struct {
	next http.RoundTripper
	// crm is the simulated one; nil with a real account.
	crm *crm
}

// newWatchedClient returns the HTTP client of a Zoho client whose calls are watched. It needs no
// timeout, which would cost a goroutine for each call: every invocation has a deadline.
func newWatchedClient(c *crm) *http.Client {
	client := zoho.DefaultHTTP()
	client.Timeout, client.Transport = 0, watchedCalls{client.Transport, c}
	return client
}

func (w watchedCalls) RoundTrip(r *http.Request) (*http.Response, error) {
	t := traceOf(r.Context())
	if t == nil {
		return w.next.RoundTrip(r)
	}
	x := console.Exchange{At: time.Now(), Method: r.Method, URL: r.URL.String()}
	body := bodyOf(r)
	x.Body, x.Cut = beginning(body)
	var keys []recordKey
	if w.crm != nil {
		keys = removedFrom(r.URL, body)
	}
	before := w.crm.tagsOf(keys)
	answer, err := w.next.RoundTrip(r)
	x.Took = time.Since(x.At)
	t.touch(keys, before, w.crm.tagsOf(keys))
	if err != nil {
		x.Answer = "no answer: " + err.Error()
		t.exchanged(x)
		return nil, err
	}
	x.Status = answer.StatusCode
	watched := &watchedBody{ReadCloser: answer.Body, done: func(text []byte, cut bool) {
		x.Answer, x.Cut = string(text), x.Cut || cut
		t.exchanged(x)
	}}
	watched.text.Grow(int(min(max(answer.ContentLength, 0), mostOfExchange)) + 1)
	answer.Body = watched
	return answer, nil
}

// bodyOf returns a copy of a request's body, "" if it has none that can be read twice.
func bodyOf(r *http.Request) string {
	if r.GetBody == nil {
		return ""
	}
	body, err := r.GetBody()
	if err != nil {
		return ""
	}
	defer body.Close()
	var text strings.Builder
	text.Grow(int(min(max(r.ContentLength, 0), 1<<20)))
	_, _ = io.CopyN(&text, body, r.ContentLength)
	return text.String()
}

func beginning(text string) (kept string, cut bool) {
	if len(text) > mostOfExchange {
		return strings.Clone(text[:mostOfExchange]), true
	}
	return text, false
}

// removedFrom returns the records that a call is to remove tags from.
func removedFrom(u *url.URL, body string) []recordKey {
	if !strings.HasSuffix(u.Path, "/actions/remove_tags") {
		return nil
	}
	// /crm/{version}/{module}/actions/remove_tags, or …/{module}/{id}/actions/remove_tags.
	_, rest, _ := strings.Cut(strings.TrimPrefix(u.Path, "/crm/"), "/")
	module, id, _ := strings.Cut(strings.TrimSuffix(rest, "/actions/remove_tags"), "/")
	var keys []recordKey
	if id != "" {
		keys = append(keys, recordKey{module, id})
	}
	if strings.Contains(u.RawQuery, "ids=") {
		for _, id := range strings.FieldsFunc(u.Query().Get("ids"), func(r rune) bool { return r == ',' }) {
			keys = append(keys, recordKey{module, id})
		}
	}
	// The Zoho client writes the ids as text, and in no other place a list of that name: inside
	// a tag its quotation marks are escaped. Parsing the whole would slow each event down.
	if _, list, found := strings.Cut(body, `"ids":[`); found {
		list, _, _ = strings.Cut(list, "]")
		for id := range strings.SplitSeq(list, ",") {
			keys = append(keys, recordKey{module, strings.Trim(id, `"`)})
		}
	}
	return keys
}

// tagsOf returns the tags that each record carries now, nil for one that does not exist. It
// returns nil for a real account.
func (c *crm) tagsOf(keys []recordKey) [][]string {
	if c == nil || len(keys) == 0 {
		return nil
	}
	carried := make([][]string, len(keys))
	for i, key := range keys {
		if tags, found := c.Tags(key.module, key.id); found {
			carried[i] = tags // a copy, and never nil
		}
	}
	return carried
}

// touch notes the tags of records before a call and after it. Of several calls, the first says
// what was there before.
func (t *trace) touch(keys []recordKey, before, after [][]string) {
	if after == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for n, key := range keys {
		if after[n] == nil {
			continue
		}
		i := slices.IndexFunc(t.touched, func(one console.Touched) bool { return one.Module == key.module && one.ID == key.id })
		if i < 0 {
			t.touched = append(t.touched, console.Touched{Module: key.module, ID: key.id, Before: before[n]})
			i = len(t.touched) - 1
		}
		t.touched[i].After = after[n]
	}
}

func (t *trace) exchanged(x console.Exchange) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.exchanges = append(t.exchanges, x)
}

// watchedBody keeps the beginning of an answer as it is read.
type watchedBody struct {
	io.ReadCloser
	text bytes.Buffer
	cut  bool
	once sync.Once
	done func(text []byte, cut bool)
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	kept := min(n, mostOfExchange-b.text.Len())
	b.text.Write(p[:kept])
	b.cut = b.cut || kept < n
	return n, err
}

func (b *watchedBody) Close() error {
	b.once.Do(func() { b.done(b.text.Bytes(), b.cut) })
	return b.ReadCloser.Close()
}
