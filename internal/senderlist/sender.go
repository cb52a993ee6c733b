package senderlist

import (
	"fmt"
	"slices"
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
	// Covers is what the signature proves: the body, or only who the sender is.
	Covers string `json:"covers"`
	// Handshake says that the sender confirms the URL before it uses it, and that untag answers.
	Handshake bool `json:"handshake"`
	// Header are the headers that may have the signature.
	Header []string `json:"header"`
	// Where is where in a request the signature, or the secret itself, is.
	Where string `json:"where"`
	// Tolerance is how old or early a request may be, "" if the sender signs no time.
	Tolerance string `json:"tolerance,omitempty"`
}

func newSender(s rules.Sender) Sender {
	v := s.Source.Verify[0].Verify
	listed := Sender{
		Sender: s, Signs: v.Signed.String(), Covers: v.Covers, Handshake: len(s.Source.Handshakes) > 0 || v.Confirms(),
		Header: append([]string{}, v.Signature.Headers...), Where: where(v.Signature),
	}
	if v.Compare != "" {
		listed.Signs = nothing
	}
	if v.JWT != nil {
		listed.Signs = signedToken(v.JWT)
		if !v.JWT.Expires && v.JWT.Tolerance > 0 {
			listed.Tolerance = sender.Duration(v.JWT.Tolerance)
		}
	}
	if !v.Timestamp.IsZero() && v.Timestamp.Tolerance > 0 {
		listed.Tolerance = sender.Duration(v.Timestamp.Tolerance)
	}
	return listed
}

// nothing is what a sender signs that sends the secret itself.
const nothing = "nothing"

// where describes a place of a request.
func where(at sender.Place) string {
	switch {
	case len(at.Headers) > 1:
		return "one of the headers " + strings.Join(at.Headers, ", ")
	case len(at.Headers) == 1:
		return "the header " + at.Headers[0]
	case at.Query != "":
		return at.Query + " in the query"
	case at.JSON != nil:
		return at.JSON.String() + " in the JSON of the body"
	case at.Form != "":
		return at.Form + " in the form"
	}
	return ""
}

// signedToken names what the claims of a token say of the request.
func signedToken(j *sender.JWT) string {
	var parts []string
	if j.URL != nil || j.Audience == sender.RequestURL {
		parts = append(parts, "{url}")
	}
	if j.Body != nil {
		parts = append(parts, "{body}")
	}
	if len(parts) == 0 {
		return "a token"
	}
	return "a token for " + strings.Join(parts, " and ")
}

// All returns every sender: first the ways that suit any of them, then those with a signature
// of their own, in the order of their names.
func All() []Sender {
	list := ways()
	for _, name := range sender.Names() {
		if s, found := rules.LoadSender(name); found {
			list = append(list, newSender(s))
		}
	}
	return list
}

// Find returns the sender of a name. Its error suggests the nearest name.
func Find(name string) (Sender, error) {
	names := sender.Names()
	for _, way := range ways() {
		if way.Name == name {
			return way, nil
		}
		names = append(names, way.Name)
	}
	if s, found := rules.LoadSender(name); found {
		return newSender(s), nil
	}
	hint := ""
	slices.Sort(names)
	if strings.EqualFold(name, "zoho") || strings.EqualFold(name, "zoho-crm") {
		// The name that its users try first; it is the way to verify that differs.
		hint = "; for Zoho CRM, write token for the webhooks of its workflows, zoho-notification for its notifications"
	} else if meant := nearest.Of(strings.ToLower(name), names); meant != "" {
		hint = "; did you mean " + meant + "?"
	}
	return Sender{}, fmt.Errorf("there is no sender %q; untag senders lists them%s", name, hint)
}
