package senderlist

import (
	"fmt"
	"strings"

	"untag/internal/nearest"
	"untag/internal/rules"
	"untag/internal/sender"
)

// Sender is a sender as it is listed.
type Sender struct {
	rules.Sender
	// Signs is what the sender signs.
	Signs string `json:"signs"`
	// Covers is the part of a request that the signature proves.
	Covers string `json:"covers"`
	// Handshake says that the sender confirms the URL before it uses it, and that untag answers.
	Handshake bool `json:"handshake"`
	// Header are the headers that may have the signature.
	Header []string `json:"header"`
	// Tolerance is how old or early a request may be, "" if the sender signs no time.
	Tolerance string `json:"tolerance,omitempty"`
}

func newSender(s rules.Sender) Sender {
	v := s.Source.Verify[0].Verify
	listed := Sender{Sender: s, Signs: v.Signed.String(), Covers: v.Covers, Handshake: len(s.Source.Handshakes) > 0 || v.Confirms(), Header: v.Signature.Headers}
	if v.Compare != "" {
		listed.Signs = "nothing"
	}
	if !v.Timestamp.IsZero() && v.Timestamp.Tolerance > 0 {
		listed.Tolerance = sender.Duration(v.Timestamp.Tolerance)
	}
	return listed
}

// All returns every sender, in the order of their names.
func All() []Sender {
	var list []Sender
	for _, name := range sender.Names() {
		if s, found := rules.LoadSender(name); found {
			list = append(list, newSender(s))
		}
	}
	return list
}

// Find returns the sender of a name. Its error suggests the nearest name.
func Find(name string) (Sender, error) {
	s, found := rules.LoadSender(name)
	if found {
		return newSender(s), nil
	}
	hint := ""
	if meant := nearest.Of(strings.ToLower(name), sender.Names()); meant != "" {
		hint = "; did you mean " + meant + "?"
	}
	return Sender{}, fmt.Errorf("there is no sender %q; untag senders lists them%s", name, hint)
}
