package webhook

import (
	"errors"
	"strconv"
	"strings"

	"untag/internal/jsonvalue"
)

// Kind says which answer a refused request deserves.
type Kind int

// The kinds of refusal.
const (
	Unavailable   Kind = iota // the stored secrets could not be read: try again
	NoCredential              // no secrets are configured: try again once they are
	UnknownSource             // no such source in the rules file
	TooLarge                  // the body is over MaxBody
	Unverified                // nothing proves where the request came from
	Malformed                 // the body or the query cannot be read
)

func (k Kind) String() string {
	switch k {
	case Unavailable:
		return "unavailable"
	case NoCredential:
		return "no credential"
	case UnknownSource:
		return "unknown source"
	case TooLarge:
		return "too large"
	case Unverified:
		return "unverified"
	case Malformed:
		return "malformed"
	}
	return "Kind(" + strconv.Itoa(int(k)) + ")"
}

// Error is why a request was refused. Its text is for the log: it has the source and
// the reason, and nothing of the request's body, token or signature.
type Error struct {
	Kind   Kind
	Source string
	Reason string
	// Line and Column are the place in a malformed body or query, from 1; 0 where
	// there is none. In a query the parameter that carried the token is not counted.
	Line, Column int
	Err          error
}

func (e *Error) Error() string {
	text := "webhook: source " + quoted(e.Source) + ": " + e.Reason
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// quoted is a name in quotation marks. One that is longer than the names of sources are
// is not one, and is cut off.
func quoted(name string) string {
	const longest = 64
	if len(name) > longest {
		return strconv.Quote(strings.ToValidUTF8(name[:longest], "")) + "…"
	}
	return strconv.Quote(name)
}

// Unwrap gives what was met, such as the error of the secret store.
func (e *Error) Unwrap() error { return e.Err }

// Public is what the sender may be told. Of a failed verification it says nothing, of
// a malformed body the place and the cause.
func (e *Error) Public() string {
	switch e.Kind {
	case UnknownSource:
		return "unknown source"
	case TooLarge:
		if errors.Is(e.Err, errInflated) {
			return tooLarge + " " + errInflated.Error()
		}
		return tooLarge
	case Unverified:
		return "unauthorized"
	case Malformed, NoCredential:
		return e.Reason
	}
	return "unavailable, try again"
}

const tooLarge = "the body is over 1 MiB"

// errInflated is of a body that is within the limit as it was sent.
var errInflated = errors.New("once it is decompressed")

// malformed says where in the body or the query something is wrong. Errors that reach
// it quote nothing of either.
func malformed(source, where string, err error) *Error {
	e := &Error{Kind: Malformed, Source: source, Reason: where + ": " + err.Error()}
	var syntax *jsonvalue.SyntaxError
	if errors.As(err, &syntax) {
		e.Line, e.Column = syntax.Line, syntax.Column
	}
	return e
}
