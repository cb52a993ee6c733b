package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"

	"untag/internal/event"
	"untag/internal/sender"
	"untag/internal/sharedsecret"
)

// The fields of a form of Braintree, and the parameter of its challenge.
const (
	braintreeSignature = "bt_signature"
	braintreePayload   = "bt_payload"
	braintreeChallenge = "bt_challenge"
)

// braintreeKey is a pair of keys of Braintree's API.
type braintreeKey struct{ public, private string }

// sum returns the HMAC of a text, whose key is a hash of the private key.
func (k braintreeKey) sum(text string) []byte {
	key := sha1.Sum([]byte(k.private))
	mac := hmac.New(sha1.New, key[:])
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// braintreeKeys returns the stored keys, each of which is PUBLIC|PRIVATE.
func braintreeKeys(stored []string, demo bool) (keys []braintreeKey, reason string) {
	for _, text := range stored {
		public, private, found := strings.Cut(sharedsecret.Trim(text), "|")
		switch {
		case !found || !plainName(strings.ReplaceAll(public, "_", "-")):
			reason = "the stored secret is not PUBLIC_KEY|PRIVATE_KEY: store both keys of Braintree's API, with | between them"
		case !demo && sharedsecret.Refused(public, private) != "":
			reason = "the stored private key " + strings.Replace(sharedsecret.Refused(public, private), "the name of the source, which its URL shows", "the public key", 1)
		case private == "":
			reason = "the stored private key is empty"
		default:
			keys = append(keys, braintreeKey{public, private})
		}
	}
	return keys, reason
}

// checkBraintree checks a request of Braintree: a form with the payload, and a list of public
// keys, each with the signature that its private key makes. Older payloads were signed with a
// line break at the end.
// https://developer.paypal.com/braintree/docs/guides/webhooks/parse
func (r *Receiver) checkBraintree(p *proof) error {
	sent, err := p.only(sender.Place{Form: braintreeSignature})
	if err != nil {
		return err
	}
	payload, err := p.only(sender.Place{Form: braintreePayload})
	if err != nil {
		return err
	}
	keys, reason := braintreeKeys(p.stored, r.demo)
	switch {
	case sent == "":
		return refusal("no form field " + braintreeSignature)
	case braintreeXML(payload) == nil:
		return refusal("the form field " + braintreePayload + " is not XML in base64")
	case len(keys) == 0:
		return refusal(reason)
	}
	known, match := false, false
	sums := make([][2][]byte, len(keys)) // made once, as anyone can send many signatures
	for i, pair := range strings.Split(sent, "&") {
		if i >= maxItems {
			return refusal("the form field " + braintreeSignature + " has too many signatures")
		}
		public, text, _ := strings.Cut(pair, "|")
		signature, ok := decoded("hex", text)
		for k, key := range keys {
			if key.public != public || !ok {
				continue
			}
			known = true
			if sums[k][0] == nil {
				sums[k] = [2][]byte{key.sum(payload), key.sum(payload + "\n")}
			}
			as, withBreak := equal(signature, sums[k][0]), equal(signature, sums[k][1])
			match = match || as || withBreak
		}
	}
	switch {
	case !known:
		return refusal("the form field " + braintreeSignature + " has no signature of any stored public key")
	case !match:
		return refusal("the signature in the form field " + braintreeSignature + " does not match the payload with any stored private key")
	}
	return nil
}

// braintreeXML returns the XML in a payload, nil if it has none. That it begins like XML matters:
// a challenge, which anyone can have signed, can be base64, but not of that.
func braintreeXML(payload string) []byte {
	text, err := base64.StdEncoding.Strict().DecodeString(strings.ReplaceAll(payload, "\n", ""))
	if err != nil || strings.Contains(payload, "\r") || !bytes.HasPrefix(bytes.TrimLeft(text, blanks), []byte("<")) {
		return nil
	}
	return text
}

// braintreeEvent returns a delivery whose body is the XML of the form, if there is one.
func braintreeEvent(d event.Delivery) event.Delivery {
	header := http.Header{"Content-Type": {d.ContentType}, "Content-Encoding": {d.Headers[contentEncodingHeader]}}
	p := newProof(&event.Source{Name: d.Source}, &sender.Verify{}, Request{Source: d.Source, Header: header, Body: Bytes(d.Body)}, nil)
	payload, err := p.only(sender.Place{Form: braintreePayload})
	if err != nil || payload == "" {
		return d
	}
	if xml := braintreeXML(payload); xml != nil {
		d.Body, d.ContentType = xml, "application/xml"
		d.Headers["content-type"] = d.ContentType
		delete(d.Headers, "content-length")
	}
	return d
}

// isBraintreeChallenge returns the challenge with which Braintree confirms a URL, "" if a
// request is none. Anyone can send one, so only what cannot be a payload is answered.
func isBraintreeChallenge(from source, req Request) (challenge string) {
	if req.Method != http.MethodGet && req.Method != "" || !from.hasCode(sender.Braintree) {
		return ""
	}
	const least, most = 20, 32
	values := queryValues(req.RawQuery, braintreeChallenge)
	if len(values) != 1 || len(values[0]) < least || len(values[0]) > most || strings.Trim(values[0], "0123456789abcdef") != "" {
		return ""
	}
	if body, err := readBody(req); err != nil || len(bytes.TrimSpace(body)) > 0 {
		return ""
	}
	return values[0]
}

// challenge answers Braintree's challenge with the stored key. It returns nil if a request is none.
func (r *Receiver) challenge(ctx context.Context, from source, req Request) (*Reply, error) {
	challenge := isBraintreeChallenge(from, req)
	if challenge == "" {
		return nil, nil
	}
	stored, err := r.stored(ctx, from)
	if err != nil {
		return nil, err
	}
	keys, reason := braintreeKeys(stored, r.demo)
	if len(keys) == 0 {
		return nil, unverified(from.Name, reason)
	}
	return newReply(from.Name, false, http.StatusOK, plainText, keys[0].public+"|"+hex.EncodeToString(keys[0].sum(challenge)), nil)
}
