package rules

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"untag/internal/sender"
)

var (
	handshakeKeys = []string{"method", "when", "secret", "signed", "text", "json", "header", "show"}
	conditionKeys = []string{"json", "form", "query", "header", "is"}
	methods       = []string{"GET", "HEAD", "POST", "PUT", "DELETE"}
)

// readHandshakes reads the handshakes of a source or of a sender's row.
func (f *faults) readHandshakes(m *mapping) (list []sender.Handshake) {
	n := m.optional("handshake")
	if n == nil {
		return nil
	}
	items := []*yaml.Node{n}
	if r := resolve(n); r.Kind == yaml.SequenceNode {
		items = r.Content
	}
	for _, item := range items {
		list = append(list, f.readHandshake(item, m.what))
	}
	return list
}

// readHandshake reads a request that confirms a URL, and its answer.
func (f *faults) readHandshake(node *yaml.Node, what string) (h sender.Handshake) {
	m := f.readMapping(node, "`handshake` of "+what, handshakeKeys)
	if m == nil {
		return h
	}
	h.Method, h.Signed = m.choice("method", "", methods), m.boolean("signed")
	if n := m.when(h.Method); n != nil {
		items := []*yaml.Node{n}
		if r := resolve(n); r.Kind == yaml.SequenceNode {
			items = r.Content
		}
		for _, item := range items {
			h.When = append(h.When, f.readCondition(item, what))
		}
	}
	if n := m.optional("secret"); n != nil {
		place, ok := sender.ParsePlace(resolve(n).Value)
		if !ok {
			f.wrong(at(n), "write where the request has it, as in `secret: query hub.verify_token`; the secret itself is stored as verify_token", "`secret` of %s is not a place", m.what)
			f.list[len(f.list)-1].Masked = true
		}
		h.Secret = place
	}
	if n := m.optional("text"); n != nil {
		h.Text = m.answerTemplate("text", n, h.Signed)
	}
	h.JSON, h.Header = m.answerFields("json", h.Signed), m.answerFields("header", h.Signed)
	switch text, json := m.keys["text"] != nil, m.keys["json"] != nil; {
	case text && json:
		f.wrong(at(node), "remove one of them", "`handshake` of %s must have one of `text` and `json`, but this one has both", what)
	case !text && !json && m.keys["header"] == nil:
		f.wrong(at(node), "write for example `text: \"{query hub.challenge}\"`", "`handshake` of %s must have one of `text` and `json`", what)
	}
	if n := m.optional("show"); n != nil {
		text, _ := m.text("show", n)
		place, ok := sender.ParsePlace(text)
		if !ok {
			f.wrong(at(n), "write where the request has it, as in `show: header X-Hook-Secret`", "`show` of %s: `%s` is not a place", m.what, text)
		}
		h.Show = place
	}
	return h
}

// when returns what a handshake must have. A GET may be one because it says nothing.
func (m *mapping) when(method string) *yaml.Node {
	if strings.EqualFold(method, "GET") {
		return m.optional("when")
	}
	return m.required("when", "say what such a request has, as in `when: {query: hub.challenge}`")
}

// answerFields reads the fields of an answer in JSON, or its headers.
func (m *mapping) answerFields(name string, signed bool) map[string]sender.Template {
	n := m.optional(name)
	if n == nil {
		return nil
	}
	fields := m.f.readMapping(n, "`"+name+"` of "+m.what, nil)
	if fields == nil {
		return nil
	}
	values := make(map[string]sender.Template)
	for key, value := range fields.values {
		if name == "header" {
			m.headerName(fields.keys[key], key)
			fields.answerHeader(fields.keys[key], key)
		}
		values[key] = fields.answerTemplate(key, value, signed)
	}
	return values
}

// readCondition reads what a request must have to be a handshake.
func (f *faults) readCondition(node *yaml.Node, what string) (c sender.Condition) {
	m := f.readMapping(node, "`when` of the handshake of "+what, conditionKeys)
	if m == nil {
		return c
	}
	c.Is = m.plain("is")
	given := 0
	for _, kind := range []string{"json", "form", "query", "header"} {
		if text := m.plain(kind); text != "" {
			given++
			place, ok := sender.ParsePlace(kind + " " + text)
			if !ok {
				f.wrong(at(m.values[kind]), conditionHint(kind), "`%s` of %s: `%s` is not a place", kind, m.what, text)
			}
			c.Place = place
		}
	}
	if given > 1 || given == 0 && len(m.meant) == 0 {
		f.wrong(at(node), "write each as an item of a list, as in `when: [{query: challenge}, {json: type, is: ping}]`", "%s must have one of `json`, `form`, `query` and `header`, but this one has %d", m.what, given)
	}
	return c
}

// answerTemplate reads the text of an answer: values of the request are echoed, as in
// {json challenge}, or hashed with the secret, as in {hmac json challenge}.
func (m *mapping) answerTemplate(name string, n *yaml.Node, signed bool) (t sender.Template) {
	if n = m.filled(name, "write a text, or a value of the request such as {json challenge}", n); n == nil {
		return nil
	}
	text, ok := m.text(name, n)
	for rest := text; ok && rest != ""; {
		before, after, found := strings.Cut(rest, "{")
		if before != "" {
			t = append(t, sender.Part{Literal: before})
		}
		if !found {
			break
		}
		value, behind, closed := strings.Cut(after, "}")
		kind, place, _ := strings.Cut(value, " ")
		if kind != "hmac" {
			place = value
		}
		p, isPlace := sender.ParsePlace(place)
		switch {
		case !closed || !isPlace:
			m.f.wrong(at(n), "write for example {json challenge}, {query hub.challenge} or {hmac json challenge}", "`%s` of %s: `{%s}` is not a value of the request", name, m.what, value)
			return nil
		case kind == "hmac" && !signed:
			m.f.wrong(at(n), "add `signed: true`", "`%s` of %s: anyone could have a text hashed with the secret, unless the request must be signed", name, m.what)
			return nil
		}
		t = append(t, sender.Part{Value: kind, Place: p})
		rest = behind
	}
	m.checkSize(name, t)
	return t
}
