package rules

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"untag/internal/sender"
)

var (
	eventsKeys = []string{"each", "id", "form"}
	answerKeys = []string{"queued", "body", "echo"}
	bodies     = []string{"brief", "empty", "full"}
)

// maxReply is the longest text that a source answers with, in bytes.
const maxReply = 1 << 10

// readAnswers reads where the events of a request are, and what the sender is told. What
// the source says counts more than the row of its sender.
func (r *sourceReader) readAnswers() {
	if r.keys["events"] != nil {
		r.source.Events = r.f.readEvents(r.mapping)
	}
	if r.keys["reply"] != nil {
		r.source.Reply = r.reply()
	}
	r.source.Answer = r.answer(r.source.Answer)
	if list := r.f.readHandshakes(r.mapping); list != nil {
		r.source.Handshakes = list
	}
	if n := r.optional("url"); n != nil {
		text, isText := r.text("url", n)
		if !isText {
			return
		}
		u, err := url.Parse(text)
		if err != nil || strings.ContainsAny(text, " \t{}") || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.Fragment != "" {
			r.f.wrong(at(n), "write the whole URL that the sender calls, as in `url: https://hooks.example.com/webhooks/"+r.source.Name+"`", "`url` of %s is not a URL", r.what)
			r.f.list[len(r.f.list)-1].Masked = u != nil && u.User != nil
		}
		r.source.URL = text
	}
}

// readEvents reads where the events of a request are.
func (f *faults) readEvents(m *mapping) (e sender.Events) {
	n := m.optional("events")
	if n == nil {
		return e
	}
	if events := f.readMapping(n, "`events` of "+m.what, eventsKeys); events != nil {
		e = sender.Events{Each: events.list("each", "events[]"), ID: events.path("id", "id"), Form: events.plain("form")}
		if slices.ContainsFunc(e.ID, func(s sender.Step) bool { return s.Every }) {
			f.wrong(at(events.values["id"]), "write the path within one event, as in `id: id`", "`id` of %s leads through a list, but an event has one identifier", events.what)
		}
	}
	return e
}

// reply reads the text of every success.
func (m *mapping) reply() string {
	n := m.optional("reply")
	if n == nil {
		return ""
	}
	text, _ := m.text("reply", n)
	if len(text) > maxReply {
		m.f.wrong(at(n), "write a shorter text", "`reply` of %s is over 1 KiB", m.what)
	}
	return text
}

// answer reads what the sender is told. What it does not name stays as it was.
func (m *mapping) answer(a sender.Answer) sender.Answer {
	n := m.optional("answer")
	if n == nil {
		return a
	}
	answer := m.f.readMapping(n, "`answer` of "+m.what, answerKeys)
	if answer == nil {
		return a
	}
	if status := answer.plain("queued"); status != "" {
		code, err := strconv.Atoi(status)
		if err != nil || code != 200 && code != 202 {
			m.f.wrong(at(answer.values["queued"]), "write 200 or 202", "`queued` of %s is not 200 or 202", answer.what)
		}
		a.Queued = code
	}
	if n := answer.optional("echo"); n != nil {
		a.Echo, _ = answer.text("echo", n)
		answer.headerName(n, a.Echo)
		answer.answerHeader(n, a.Echo)
	}
	switch body := answer.plain("body"); body {
	case "":
	case "full", "brief", "empty":
		a.Brief, a.Empty = body != "full", body == "empty"
	default:
		m.f.wrong(at(answer.values["body"]), "write one of "+list(bodies), "`body` of %s: `%s` is not a form of answer", answer.what, body)
	}
	return a
}

// list reads a path to the elements of a list, nil if there is none.
func (m *mapping) list(name, example string) sender.Path {
	p := m.path(name, example)
	if len(p) > 0 && !slices.ContainsFunc(p, func(s sender.Step) bool { return s.Every }) {
		m.f.warn(at(m.values[name]), "write [] behind the list, as in `"+name+": \""+p.String()+"[]\"`", "`%s` of %s has no [], so it names one object and not the elements of a list", name, m.what)
	}
	return p
}

// path reads a path into JSON, nil if there is none.
func (m *mapping) path(name, example string) sender.Path {
	text := m.plain(name)
	if text == "" {
		return nil
	}
	p, ok := sender.ParsePath(text)
	if !ok {
		m.f.wrong(at(m.values[name]), "write names with dots between them and [] behind a list, such as `"+example+"`", "`%s` of %s: `%s` is not a path", name, m.what, text)
	}
	return p
}
