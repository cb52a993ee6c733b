package event

import "untag/internal/sender"

// CoversQuery reports whether a proof of this kind covers the query of a request as well as
// its body. A token, a password and IAM prove who sent the whole request; a signature, or a
// token inside the body, says nothing about the query.
func CoversQuery(proof string) bool {
	switch proof {
	case "token", "basic", "aws":
		return true
	}
	return false
}

// LikelyProof returns the kind of the scheme that probably proved a delivery of this source
// whose proof is not known: the first that covers the query, else the first that the source
// lists, or "" if it lists none.
func (s Source) LikelyProof() string {
	for _, v := range s.Verify {
		if CoversQuery(v.Kind) {
			return v.Kind
		}
	}
	if len(s.Verify) == 0 {
		return ""
	}
	return s.Verify[0].Kind
}

// Covers returns what a proof of this kind proves: sender.CoversBody, or sender.CoversSender if
// the body could be anyone's.
func (s Scheme) Covers() string {
	switch {
	case s.Verify != nil:
		return s.Verify.Covers
	case s.Kind == "aws", s.Kind == "hmac", s.Kind == "github":
		return sender.CoversBody
	}
	return sender.CoversSender
}

// Covers returns what the weakest way to verify of the source proves.
func (s Source) Covers() string {
	for _, way := range s.Verify {
		if way.Covers() != sender.CoversBody {
			return sender.CoversSender
		}
	}
	return sender.CoversBody
}
