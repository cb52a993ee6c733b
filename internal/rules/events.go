package rules

import (
	"strconv"

	"untag/internal/sender"
)

var (
	eventsKeys = []string{"each", "id", "form"}
	answerKeys = []string{"queued", "body"}
	bodies     = []string{"brief", "full"}
)

// maxReply is the longest text that a source answers with, in bytes.
const maxReply = 1 << 10

// readAnswers reads where the events of a request are, and what the sender is told.
func (r *sourceReader) readAnswers() {
	if n := r.optional("events"); n != nil {
		if m := r.f.readMapping(n, "`events` of "+r.what, eventsKeys); m != nil {
			r.source.Events = sender.Events{Each: m.path("each", "events[]"), ID: m.path("id", "id"), Form: m.plain("form")}
		}
	}
	if n := r.optional("reply"); n != nil {
		r.source.Reply, _ = r.text("reply", n)
		if len(r.source.Reply) > maxReply {
			r.f.wrong(at(n), "write a shorter text", "`reply` of %s is over 1 KiB", r.what)
		}
	}
	if r.keys["answer"] != nil {
		r.source.Answer = r.answer()
	}
	if list := r.f.readHandshakes(r.mapping); list != nil {
		r.source.Handshakes = list
	}
}

// answer reads what the sender is told.
func (m *mapping) answer() (a sender.Answer) {
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
	switch body := answer.plain("body"); body {
	case "", "full":
	case "brief":
		a.Brief = true
	default:
		m.f.wrong(at(answer.values["body"]), "write one of "+list(bodies), "`body` of %s: `%s` is not a form of answer", answer.what, body)
	}
	return a
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
