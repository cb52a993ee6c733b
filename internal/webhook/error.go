package webhook

import (
	"errors"
	"fmt"

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
	Malformed                 // the body cannot be read
)

// Error is why a request was refused. Its text is for the log: it has the source and
// the reason, and nothing of the request.
type Error struct {
	Kind   Kind
	Source string
	Reason string
	// Line and Column are the place in a malformed body, 0 where there is none.
	Line, Column int
	Err          error
}

func (e *Error) Error() string {
	text := "webhook: source " + fmt.Sprintf("%q", e.Source) + ": " + e.Reason
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap gives what was met, such as the error of the secret store.
func (e *Error) Unwrap() error { return e.Err }

// Public is what the sender may be told. Of a failed verification it says nothing.
func (e *Error) Public() string {
	switch e.Kind {
	case UnknownSource:
		return "unknown source"
	case TooLarge:
		return "the body is over 1 MiB"
	case Unverified:
		return "unauthorized"
	case Malformed:
		return e.Reason
	case NoCredential:
		return e.Reason
	default:
		return "unavailable, try again"
	}
}

func malformed(source, where string, err error) *Error {
	e := &Error{Kind: Malformed, Source: source, Reason: where + ": " + err.Error()}
	var syntax *jsonvalue.SyntaxError
	if errors.As(err, &syntax) {
		e.Line, e.Column = syntax.Line, syntax.Column
	}
	return e
}
