package zohoauth

import "time"

// Kept is what a cache keeps: a token, and the last failure to replace it. The zero value
// holds neither.
type Kept struct {
	Token Token
	// Renew is when to look for the next token, before this one expires.
	Renew time.Time
	// Failed is why it could not be replaced; nothing is tried again before Until.
	Failed error
	Until  time.Time
}

// Alive reports whether the token can still be used.
func (k Kept) Alive(now time.Time) bool {
	return k.Token.AccessToken != "" && now.Before(k.Token.Expiry)
}

// Answer returns the token, or the failure if there is none that can be used. Neither is
// known when it is time to look for another token.
func (k Kept) Answer(now time.Time) (token Token, err error, known bool) {
	waiting := k.Failed != nil && now.Before(k.Until)
	switch alive := k.Alive(now); {
	case alive && (waiting || now.Before(k.Renew)):
		return k.Token, nil, true
	case waiting:
		return Token{}, k.Failed, true
	}
	return Token{}, nil, false
}
