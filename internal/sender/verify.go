package sender

import "time"

// Verify is how a request proves its origin. Exactly one of HMAC, Key, JWT, Compare and
// Code is set.
type Verify struct {
	HMAC    *HMAC
	Key     *Key
	JWT     *JWT
	Compare string // "token": the Signature place holds the stored secret itself

	// Code names a sender that is verified by code of its own; see ByCode. The other fields
	// then only say where something is.
	Code string

	// Signature is where the signature (or the token) is. If it has several
	// values, one of them must be right.
	Signature Place
	// Timestamp is where the time of signing is; the zero value if there is none.
	Timestamp Timestamp
	// Signed is what is signed.
	Signed Template
	URL    URL
	Params Params
	// Digest is a hash of the body that the signature covers in place of the body.
	Digest *Digest
	// Each is the path of elements that carry a signature each: all must be right. Places
	// and templates that read JSON then read the element. "" if the request has one.
	Each Path
	// Covers is what a right proof proves: CoversBody or CoversSender. The zero value is not
	// a claim about the body either.
	Covers string
}

const (
	// CoversBody: what the request says is the sender's.
	CoversBody = "body"
	// CoversSender: the request comes from somebody who has seen one of the sender's, but its
	// body, or a part of it, could be anyone's.
	CoversSender = "sender"
)

// NeedsSecret reports whether it takes something stored to verify.
func (v *Verify) NeedsSecret() bool { return v.JWT == nil || v.JWT.JWKS == "" || v.JWT.Stored }

// HMAC is a signature with a shared secret.
type HMAC struct {
	Hash     string // "sha1", "sha256" or "sha512"
	Encoding string // of the signature: "hex" or "base64"
	Secret   string // how the key is stored: "text", "base64" or "hex"
	Strip    string // a prefix of the stored secret that is not part of the key
}

// Key is a signature with a public key, which is stored in place of a secret.
type Key struct {
	Type     string // "ed25519", "ecdsa" or "rsa"
	Hash     string // "sha256", "sha512" or "sha1"; "" for ed25519
	Encoding string // of the signature: "base64" or "hex"
	Public   string // how the key is stored: "pem", "der" (in base64) or "raw" (in base64)
}

// Digest is a hash of the body somewhere in what is signed.
type Digest struct {
	Place    Place // where the request has it
	Hash     string
	Encoding string
	Optional bool // a request without it is accepted if its body is a form
}

// Place is where in a request a value is. At most one of Headers, Query, JSON and Form is
// set. The zero Place is nowhere.
type Place struct {
	// Headers are names of which a request has one. Where several places of a row list
	// several, they are families: all are taken from the same position of their lists.
	Headers []string
	// To means that the header's name contains {n}, which counts from 1 to To.
	To    int
	Query string
	JSON  Path
	Form  string

	// Scheme is the word before the value of Authorization, such as Bearer.
	Scheme string
	// Prefix precedes the value and is removed. Bare means that it may be missing.
	Prefix string
	Bare   bool
	// List separates the items of a value that is a list; "" if it is not one. Blanks around
	// an item do not count.
	List string
	// Key selects the items `key=value` with this key; Separator is what stands between.
	Key       string
	Separator string
	// Item selects an item by its position, from 1; From selects it and all that follow.
	Item, From int
}

// IsZero reports whether a place is nowhere.
func (p Place) IsZero() bool {
	return len(p.Headers) == 0 && p.Query == "" && p.JSON == nil && p.Form == ""
}

// Timestamp is where and how a request says when it was signed.
type Timestamp struct {
	Place
	Unit string // "s", "ms" or "iso"
	// Tolerance is how far the time may be from now, in either direction; 0 means that any
	// time is accepted.
	Tolerance time.Duration
}

// URL is how a sender writes the URL that it signs.
type URL struct {
	Decode []string // escapes that are decoded first, such as %3A
	Port   string   // "either": with or without the port; "" as it is
}

// Params are the query and form parameters that a sender signs, sorted by name.
type Params struct {
	Of     []string // "query", "form"
	Unique bool     // equal repeated values count once
}

// Events is where the events of a request are.
type Events struct {
	// Each is the path of the elements that are events of their own; nil if the whole body
	// is one event.
	Each Path
	// ID is the path of an event's identifier within it; nil if it has none.
	ID Path
	// Form is the field of a form that holds the events as JSON; "" if there is none.
	Form string
}

// Handshake is a request that a sender makes to confirm a URL, and the answer to it.
type Handshake struct {
	Method string // "" for any
	When   []Condition
	// Secret is where the request has the stored verify_token; the zero Place if it has none.
	Secret Place
	// Signed means that it is answered only if the request verifies.
	Signed bool
	// Status is 200 if it is not set.
	Status int
	// Text or JSON is the body of the answer. It may be at most 1 KiB.
	Text Template
	JSON map[string]Template
	// Header echoes a value in a header of the answer, under its name.
	Header map[string]Template
	// Show is where the request has the secret with which the sender will sign: the operator
	// must see it to store it. The zero Place if it has none.
	Show Place
}

// Condition is met if a place has a value, and, if Is is set, this one.
type Condition struct {
	Place Place
	Is    string
}

// Answer is what a sender is told.
type Answer struct {
	// Queued is the status for an event that was stored in the queue; 0 for 202.
	Queued int
	// Brief leaves out all but the id and the outcome, so that tags of the CRM are not told
	// to a third party.
	Brief bool
	// Empty leaves out the whole body, also of a refusal.
	Empty bool
	// Echo is the name of a header of the request that every success repeats; "" for none.
	Echo string
}
