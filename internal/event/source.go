package event

import "untag/internal/sender"

// Source is a sender of events as the rules file declares it.
type Source struct {
	Name string
	// Verify lists the ways in which a delivery may prove its origin. One of them
	// must succeed; a Source without any accepts nothing.
	Verify []Scheme
	// EventBridge is the `source` of the EventBridge events that belong to this source,
	// or "".
	EventBridge string
	// ID is where the sender puts its identifier of a delivery; the zero Place if untag
	// looks for the usual headers.
	ID sender.Place
	// Events is where the events of a request are.
	Events sender.Events
	// Handshakes are requests that confirm the URL, each with its answer.
	Handshakes []sender.Handshake
	// Reply is the text of every 2xx answer, "" for untag's own answer.
	Reply string
	// Answer is what the sender is told.
	Answer sender.Answer
	// URL is the URL of the source as its sender knows it, "" for the one of the request.
	URL string
	// Watch is what the source is notified of.
	Watch Watch
}

// Watch is a subscription to notifications of Zoho CRM. Without Events there is none.
type Watch struct {
	// Events are such as Deals.edit.
	Events []string
	// Related says that changes of related records notify too.
	Related bool
}

// TokenInQuery reports whether a token in the query of the URL is enough.
func (s Source) TokenInQuery() bool {
	for _, v := range s.Verify {
		if v.Kind == "token" && v.Query != "" {
			return true
		}
	}
	return false
}

// Scheme is one way to prove where a delivery came from. Kind is "token", "basic", "hmac",
// "key", "jwt", "zoho-notification", "aws", or the name of a sender's row, such as "github".
// The other fields are complete: reading the configuration fills in the defaults.
type Scheme struct {
	Kind string
	// Verify is how the sender signs. It is nil for token, basic, zoho-notification and aws,
	// and for an hmac that the fields below describe.
	Verify *sender.Verify
	// Header carries the token or the signature (token, hmac). Any case.
	Header string
	// Query is the query parameter that carries the token. If Header is set too, a token in
	// either of them is enough.
	Query string
	// Algorithm is "sha1", "sha256" or "sha512" (hmac).
	Algorithm string
	// Encoding is "hex" or "base64" (hmac).
	Encoding string
	// Prefix precedes the token or the signature in its header, such as "Bearer " (token,
	// in any case) or "sha256=" (hmac).
	Prefix string
}

// Secrets reports whether any scheme of the source needs a stored secret.
func (s Source) Secrets() bool {
	for _, v := range s.Verify {
		if v.Kind != "aws" && (v.Verify == nil || v.Verify.NeedsSecret()) {
			return true
		}
	}
	return false
}

// Accepts reports whether the source lists a scheme of this kind.
func (s Source) Accepts(kind string) bool {
	for _, v := range s.Verify {
		if v.Kind == kind {
			return true
		}
	}
	return false
}
