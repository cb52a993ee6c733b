package event

// CoversQuery reports whether a proof of this kind vouches for the query of a request as
// well as for its body. A token, a password and IAM prove who sent the whole request; a
// signature, or a token inside the body, says nothing of the query around it.
func CoversQuery(proof string) bool {
	switch proof {
	case "token", "basic", "aws":
		return true
	}
	return false
}

// LikelyProof is the kind of the scheme that probably proved a delivery of this source,
// for one of which that is not known: one that covers the query where the source lists
// one, else its first; "" where it lists none.
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
