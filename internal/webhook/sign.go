package webhook

import (
	"crypto/hmac"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"untag/internal/event"
	"untag/internal/sender"
)

// Sign returns the headers that a sender adds to a request with this body, signed with a stored
// secret at a time: the inverse of how Receiver verifies. The delivery's identifier is id, for
// senders that send one. It returns an error if the source lists no HMAC in a header, and for a
// secret that is not written as the sender's secrets are.
func Sign(from event.Source, secret string, at time.Time, id string, body []byte) (http.Header, error) {
	for _, declared := range from.Verify {
		v := schemeOf(declared).verify
		if v == nil || v.HMAC == nil || len(v.Signature.Headers) == 0 {
			continue
		}
		key, reason := hmacKey(*v.HMAC, secret)
		if reason != "" {
			return nil, fmt.Errorf("sign as %s: %s", declared.Kind, reason)
		}
		header := make(http.Header)
		if len(from.ID.Headers) > 0 {
			header.Set(from.ID.Headers[0], id)
		}
		for _, part := range v.Signed {
			if part.Value == "id" && len(part.Place.Headers) > 0 {
				header.Set(part.Place.Headers[0], id)
			}
		}
		if t := v.Timestamp; !t.IsZero() {
			put(header, t.Place, timeText(t.Unit, at))
		}
		messages, err := newProof(from, v, Request{Source: from.Name, Header: header, Body: Bytes(body), ReceivedAt: at}, nil).messages()
		if err != nil {
			return nil, fmt.Errorf("sign as %s: %w", declared.Kind, err)
		}
		mac := hmac.New(algorithmOf(v.HMAC.Hash), key)
		for _, piece := range messages[0] {
			mac.Write(piece)
		}
		put(header, v.Signature, encoded(v.HMAC.Encoding, mac.Sum(nil)))
		return header, nil
	}
	return nil, errors.New("sign: the source lists no signature with a shared secret in a header")
}

// put writes a value to a place in the headers, as another item if that is a list.
func put(header http.Header, at sender.Place, value string) {
	name := strings.ReplaceAll(at.Headers[0], "{n}", "1")
	value = at.Prefix + keyOf(at) + value
	if before := header.Get(name); before != "" && at.List != "" {
		value = before + at.List + value
	}
	header.Set(name, value)
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
