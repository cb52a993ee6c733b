package local

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"

	"untag/internal/event"
	"untag/internal/sender"
)

// madeUpSecret makes up a secret that suits as many ways in which the source verifies as can be,
// in the form in which it is stored; "" if all of them need something of the sender, such as its
// public key.
func madeUpSecret(s event.Source) string {
	secret, most := "", 0
	for _, way := range s.Verify {
		// What has a form of its own is also a text.
		if text, form := madeUpFor(way); form > most {
			secret, most = text, form
		}
	}
	return secret
}

// madeUpFor makes up a secret for one way. The form is higher the fewer texts have it, and 0 if
// there is none.
func madeUpFor(way event.Scheme) (secret string, form int) {
	random := make([]byte, 24)
	_, _ = rand.Read(random) // never fails
	v := way.Verify
	switch {
	case way.Kind == "aws":
		return "", 0
	case way.Kind == "basic", v != nil && v.Compare == "basic":
		return "untag:" + rand.Text(), 5
	case v == nil, v.Compare != "", v.JWT != nil && v.JWT.IsSymmetric():
		return rand.Text(), 1
	case v.Code == sender.Braintree:
		return rand.Text() + "|" + rand.Text(), 4
	case v.HMAC == nil:
		return "", 0
	case v.HMAC.Secret == "hex":
		return hex.EncodeToString(random), 3
	case v.HMAC.Secret == "base64":
		return v.HMAC.Strip + base64.StdEncoding.EncodeToString(random), 2
	}
	return rand.Text(), 1
}
