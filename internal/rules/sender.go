package rules

import (
	"go.yaml.in/yaml/v4"

	"untag/internal/event"
	"untag/internal/sender"
)

// rowKeys are the keys of a sender's row: those of a source, and what people need to know.
var rowKeys = []string{"title", "store", "oracle", "verify", "id", "events", "handshake", "reply", "answer"}

// Sender is what people need to know of a sender that has a row.
type Sender struct {
	Name string `json:"name"`
	// Title is the name that people know it by.
	Title string `json:"title"`
	// Store is what must be stored as its secret.
	Store string `json:"store"`
	// Oracle is the vendor's package that untag is compared with, "" if there is none.
	Oracle string `json:"oracle"`
	// Source is a source of it.
	Source event.Source `json:"-"`
}

// LoadSender returns the row of a sender; false if it has none.
func LoadSender(name string) (Sender, bool) {
	data, found := sender.File(name)
	if !found {
		return Sender{}, false
	}
	var root yaml.Node
	var f faults
	if err := yaml.Unmarshal(data, &root); err != nil || len(root.Content) == 0 {
		return Sender{}, false // a test reads every row
	}
	m := f.readMapping(root.Content[0], "row `"+name+"`", rowKeys)
	if m == nil {
		return Sender{}, false
	}
	s := Sender{Name: name, Source: event.Source{Name: name}}
	s.Title, _ = m.text("title", m.required("title", ""))
	s.Store, _ = m.text("store", m.required("store", ""))
	s.Oracle = m.plain("oracle")
	s.Source.ID = f.readID(m)
	s.Source.Events = f.readEvents(m)
	s.Source.Handshakes = f.readHandshakes(m)
	s.Source.Reply = m.reply()
	s.Source.Answer = m.answer(sender.Answer{})
	if n := m.required("verify", ""); n != nil {
		v := readCode(n)
		if v == nil {
			v = f.readSigned(n, m.what, s.Source.ID)
		}
		if v != nil {
			s.Source.Verify = []event.Scheme{{Kind: name, Verify: v}}
		}
	}
	return s, len(f.list) == 0
}
