package webhook

import (
	"context"
	"net/http"

	"untag/internal/sender"
)

// Suppose does what Receive does without verifying the request, for explaining and testing
// rules. Its deliveries must never be acted on, and its Reply never sent. In an answer that
// needs the stored secret, words stand for what only the secret can tell.
func (r *Receiver) Suppose(ctx context.Context, req Request) (Received, error) {
	from, err := r.source(&req)
	if err != nil {
		return Received{}, err
	}
	got := Received{Source: *from.Source}
	for _, signed := range []bool{false, true} {
		h, p := matching(from, req, signed, false)
		if h == nil {
			continue
		}
		got.Reply, err = reply(from, *h, func(part sender.Part) (string, error) {
			if part.Value == "hmac" {
				return "(HMAC of the challenge)", nil
			}
			return r.answerPart(ctx, from, p, part, signed)
		})
		return got, err
	}
	if isBraintreeChallenge(from, req) != "" {
		got.Reply, err = newReply(from.Name, false, http.StatusOK, plainText, "(public key)|(HMAC of the challenge)", nil)
		return got, err
	}
	supposed := Receiver{readOnly: true}
	if got.Reply, err = supposed.confirm(ctx, from, req, assumed(from, req)); err != nil || got.Reply != nil {
		return got, err
	}
	d, err := delivery(from, req, assumed(from, req))
	if err != nil {
		return got, err
	}
	return got.with(from, req, d)
}
