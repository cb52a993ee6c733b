package console

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"untag/internal/event"
	"untag/internal/explain"
	"untag/internal/sendersample"
)

// mostOfSend is how large the form may be with which one sends a request, in bytes: a body of 10
// MiB, in which most characters take three.
const mostOfSend = 32 << 20

// latest is the sample that is the latest event of the source.
const latest = "latest event"

// sendRoutes are those of the page that sends requests.
func (c *Console) sendRoutes() {
	c.mux.HandleFunc("GET /send", c.showSend)
	c.mux.HandleFunc("POST /send", c.send)
}

// sendPage is the form with which one sends a request.
type sendPage struct {
	Sources []string
	Samples []string
	// Source and Sample are those chosen, and Signing says whether untag can sign.
	Source, Sample string
	Signing        Signing
	// Real says that the account is a real one.
	Real bool
	Form sendForm
	// Note says what there is to know about the sample, "" for nothing.
	Note string
	// Sent is what became of the last request, and Answer what it was answered; nil for none.
	Sent   *Entry
	Answer textView
	Fault  string
}

// sendForm is a request as one edits it.
type sendForm struct {
	Method, Query, Headers, Body string
	// Bytes is a body that is not text, in base64; it cannot be edited.
	Bytes string
	// CRLF says that the body has line breaks of two characters, as some senders write them.
	CRLF bool
}

// Methods are those of requests that are not refused for their method.
func (sendPage) Methods() []string {
	return []string{http.MethodPost, http.MethodGet, http.MethodPut, http.MethodDelete}
}

// showSend shows the form with a sample, with an event that is kept, or with the request that was
// sent before and its answer.
func (c *Console) showSend(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	sample := query.Get("sample")
	if was := query.Get("was"); was != "" && was != query.Get("source") {
		sample = "" // the sample was that of another source
	}
	p := c.newSendPage(query.Get("source"), sample)
	for _, key := range []string{"event", "sent"} {
		id, _ := strconv.ParseInt(query.Get(key), 10, 64)
		e := c.Kept.Get(id)
		if e == nil {
			continue
		}
		out, err := c.Copier.Request(r.Context(), e)
		if err != nil {
			p.Fault = sentence(err)
			continue
		}
		if p.choose(c, out.Source); key == "sent" {
			p.Sent, p.Answer = e, newTextView(c.hiderOf(e), e.Answer, mostOfAnswer)
		}
		p.Form, p.Sample, p.Note = formOf(out), "", ""
	}
	if p.Form.Method == "" {
		c.fill(r, &p)
	}
	c.pages.show(w, http.StatusOK, "send", page{Title: "Send", Tab: "/send", Data: p})
}

// newSendPage returns the form without a request.
func (c *Console) newSendPage(source, sample string) sendPage {
	p := sendPage{Real: c.Records == nil, Samples: append([]string{latest}, sendersample.Names()...), Sample: sample}
	for _, s := range c.Rules().Sources() {
		p.Sources = append(p.Sources, s.Name)
	}
	if source == "" && len(p.Sources) > 0 {
		source = p.Sources[0]
	}
	p.choose(c, source)
	return p
}

func (p *sendPage) choose(c *Console, source string) {
	p.Source, p.Signing = source, c.Courier.Signing(source)
}

// fill fills the form with the sample that was chosen, or with one that suits the source: its
// latest event, or that of its sender.
func (c *Console) fill(r *http.Request, p *sendPage) {
	name := p.Sample
	if name == "" || name == latest {
		for _, e := range c.Kept.All() {
			if e.Source != p.Source || e.Outcome == OutcomeRefused || e.Outcome == OutcomeAnswer {
				continue
			}
			if out, err := c.Copier.Request(r.Context(), e); err == nil && out.Source == p.Source {
				p.Form, p.Sample = formOf(out), latest
				return
			}
		}
		name = c.senderOf(p.Source)
	}
	sample, found, err := sendersample.Find(name)
	if !found || err != nil {
		p.Form = sendForm{Method: http.MethodPost, Headers: "Content-Type: application/json", Body: "{}\n"}
		return
	}
	p.Sample, p.Note = name, sample.Note
	out := Outgoing{Method: http.MethodPost, Header: make(http.Header), Body: []byte(sample.Body)}
	if kind := explain.ContentType(sample.File()); kind != "" {
		out.Header.Set("Content-Type", kind)
	}
	for key, value := range sample.Headers {
		out.Header.Set(key, value)
	}
	query := make(url.Values)
	for key, value := range sample.Query {
		query.Set(key, value)
	}
	out.Query = query.Encode()
	p.Form = formOf(out)
}

// senderOf returns the sender as whose requests those of a source are verified.
func (c *Console) senderOf(source string) string {
	from, _ := c.Rules().Source(source)
	i := slices.IndexFunc(from.Verify, func(v event.Scheme) bool {
		return slices.Contains(sendersample.Names(), v.Kind)
	})
	if i < 0 {
		return ""
	}
	return from.Verify[i].Kind
}

// formOf returns a request as one edits it.
func formOf(out Outgoing) sendForm {
	f := sendForm{Method: out.Method, Query: out.Query, Body: readable(out.Body), CRLF: strings.Contains(string(out.Body), "\r\n")}
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(out.Header)) {
		for _, value := range out.Header[name] {
			lines = append(lines, name+": "+value)
		}
	}
	f.Headers = strings.Join(lines, "\n")
	if !utf8.Valid(out.Body) || strings.ContainsRune(f.Body, 0) {
		f.Body, f.Bytes = "", base64.StdEncoding.EncodeToString(out.Body)
	}
	return f
}

// readable returns a body with a line for each member, if it is JSON in one line.
func readable(body []byte) string {
	var lines bytes.Buffer
	if len(body) > longestLine && !bytes.Contains(bytes.TrimSpace(body), []byte("\n")) && json.Indent(&lines, bytes.TrimSpace(body), "", "  ") == nil {
		return lines.String()
	}
	return string(body)
}

// outgoing reads the request of a form.
func (f sendForm) outgoing(source string) (Outgoing, error) {
	out := Outgoing{Source: source, Method: f.Method, Query: strings.TrimPrefix(strings.TrimSpace(f.Query), "?"), Header: make(http.Header)}
	if !slices.Contains(sendPage{}.Methods(), f.Method) {
		return out, errors.New("choose one of the methods")
	}
	if _, err := url.ParseQuery(out.Query); err != nil || strings.ContainsAny(out.Query, " #\r\n") {
		return out, errors.New("write the query as in a URL, such as id=1&stage=Closed%20Won")
	}
	for i, line := range strings.Split(strings.ReplaceAll(f.Headers, "\r\n", "\n"), "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		name, value, found := strings.Cut(line, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if _, err := explain.Headers([]string{name + ": " + value}); err != nil || !found {
			return out, fmt.Errorf("line %d of the headers is not of the form Name: value, such as X-GitHub-Event: issues", i+1)
		}
		out.Header.Add(name, value)
	}
	if f.Bytes != "" {
		body, err := base64.StdEncoding.DecodeString(f.Bytes)
		if err != nil {
			return out, errors.New("the body was not sent whole; load the page again")
		}
		out.Body = body
		return out, nil
	}
	body := f.Body
	if !f.CRLF {
		// A browser sends each line break of a form as two characters.
		body = strings.ReplaceAll(body, "\r\n", "\n")
	}
	out.Body = []byte(body)
	return out, nil
}

// send sends the request of the form, and shows its answer.
func (c *Console) send(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, mostOfSend)
	if err := r.ParseForm(); err != nil {
		c.fault(w, http.StatusRequestEntityTooLarge, "The form could not be read, or is too large.")
		return
	}
	get := r.PostForm.Get
	form := sendForm{Method: get("method"), Query: get("query"), Headers: get("headers"), Body: get("body"), Bytes: get("bytes"), CRLF: get("crlf") != ""}
	p := c.newSendPage(get("source"), "")
	p.Form = form
	out, err := form.outgoing(p.Source)
	var sent Sent
	if err == nil {
		out.Unsigned = get("unsigned") != ""
		sent, err = c.Courier.Send(r.Context(), out)
	}
	if err != nil {
		p.Fault = sentence(err)
		c.pages.show(w, http.StatusUnprocessableEntity, "send", page{Title: "Send", Tab: "/send", Data: p})
		return
	}
	http.Redirect(w, r, "/send?sent="+strconv.FormatInt(sent.Entry, 10), http.StatusSeeOther)
}
