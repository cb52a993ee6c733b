package webhook

import (
	"crypto/hmac"
	"errors"
	"fmt"
	"hash"
	"net/http"
	"strconv"
	"time"

	"untag/internal/event"
	"untag/internal/sender"
)

// Outgoing is a request as its sender makes it.
type Outgoing struct {
	Method string // POST if it is ""
	// URL is the whole URL, with the query.
	URL    string
	Header http.Header
	Body   []byte
	// ID is the sender's identifier of the delivery, for senders that send one.
	ID string
	// At is when it is signed.
	At time.Time
}

// errCannotSign is why untag cannot sign as a sender: it has nothing that it could sign with.
var errCannotSign = errors.New("untag cannot sign as this sender")

// Sign returns a request with what proves it: the inverse of how Receiver verifies. The secret is
// the stored one; for senders that sign with a private key it is that key in PEM. Sign uses the
// first way to verify of the source that it can. It returns an error if there is none, and for a
// secret that is not written as the sender's secrets are.
func Sign(from event.Source, secret string, out Outgoing) (Outgoing, error) {
	out.Header = out.Header.Clone()
	if out.Header == nil {
		out.Header = make(http.Header)
	}
	if out.Method == "" {
		out.Method = http.MethodPost
	}
	failed := errCannotSign
	for _, declared := range from.Verify {
		s := schemeOf(declared)
		signed, err := s.sign(from, secret, out)
		if err == nil {
			return signed, nil
		}
		if failed == errCannotSign {
			failed = fmt.Errorf("sign as %s: %w", from.Name, err)
		}
	}
	return Outgoing{}, failed
}

func (s scheme) sign(from event.Source, secret string, out Outgoing) (Outgoing, error) {
	switch {
	case s.verify != nil && s.verify.Code != "":
		return out.signAs(s.verify.Code, secret)
	case s.verify != nil:
	case s.Kind == "token" && s.Header != "":
		out.Header.Set(s.Header, s.Prefix+secret)
		return out, nil
	case s.Kind == "token":
		out.setQuery(s.Query, secret)
		return out, nil
	case s.Kind == "basic":
		out.Header.Set(authorization, "Basic "+encoded("base64", []byte(secret)))
		return out, nil
	case s.Kind == notification:
		return out, out.setJSON(sender.Path{{Member: tokenMember}}, jsonString(secret))
	default:
		return out, errCannotSign
	}
	if s.verify.JWT != nil {
		return out, out.signToken(from, s.verify, secret)
	}
	sign, err := signer(s.verify, secret)
	if err != nil {
		return out, err
	}
	out.wrap(from.Events.Form)
	if len(from.ID.Headers) > 0 {
		out.Header.Set(from.ID.Headers[0], out.ID)
	}
	if err := out.complete(s.verify); err != nil {
		return out, err
	}
	return out, out.sign(from, s.verify, sign)
}

// signer returns what makes the signature of a message, as text.
func signer(v *sender.Verify, secret string) (func(message) (string, error), error) {
	switch {
	case v.HMAC != nil:
		key, reason := hmacKey(*v.HMAC, secret)
		algorithm := algorithmOf(v.HMAC.Hash)
		if reason != "" || algorithm == nil {
			return nil, refusal(reason)
		}
		return func(m message) (string, error) {
			return encoded(v.HMAC.Encoding, m.sum(hmac.New(algorithm, key))), nil
		}, nil
	case v.Key != nil:
		key, err := privateKey(*v.Key, secret)
		if err != nil {
			return nil, err
		}
		return func(m message) (string, error) { return m.signedWith(*v.Key, key) }, nil
	case v.Compare == "basic":
		return func(message) (string, error) { return encoded("base64", []byte(secret)), nil }, nil
	case v.Compare == "token":
		return func(message) (string, error) { return secret, nil }, nil
	}
	return nil, errCannotSign
}

// sum returns the hash of all pieces.
func (m message) sum(h hash.Hash) []byte {
	for _, piece := range m {
		h.Write(piece)
	}
	return h.Sum(nil)
}

func timeText(unit string, at time.Time) string {
	switch unit {
	case "iso":
		return at.UTC().Format(time.RFC3339)
	case "ms":
		return strconv.FormatInt(at.UnixMilli(), 10)
	}
	return strconv.FormatInt(at.Unix(), 10)
}
