package webhook

import (
	"errors"
	"strconv"
	"strings"

	"untag/internal/jsonvalue"
)

// Kind is the kind of a refusal, which decides the answer to the request.
type Kind int

// The kinds of refusal.
const (
	Unavailable   Kind = iota // the stored secrets could not be read: retry
	NoCredential              // no secrets are configured: retry once they are
	UnknownSource             // no such source in the rules file
	TooLarge                  // the body is larger than MaxBody
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

// Error is why a request was refused. Its text is for the log: it contains the source and
// the reason, but nothing of the request's body, token or signature.
type Error struct {
	Kind   Kind
	Source string
	Reason string
	// Line and Column are the place in a malformed body or query, from 1, or 0 if there is
	// none. In a query the parameter that carried the token is not counted.
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

// quoted returns a name in quotation marks. It truncates a name that is too long to be the
// name of a source.
func quoted(name string) string {
	const longest = 64
	if len(name) > longest {
		return strconv.Quote(strings.ToValidUTF8(name[:longest], "")) + "…"
	}
	return strconv.Quote(name)
}

// Unwrap returns the underlying error, such as the error of the secret store.
func (e *Error) Unwrap() error { return e.Err }

// Public returns what the sender may know: nothing about why a verification failed, but the
// place and the cause of an error in a malformed body.
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

// errInflated is the error of a body that exceeds the limit only after decompression.
var errInflated = errors.New("once it is decompressed")

// malformed returns an Error that says where in the body or the query something is wrong.
// The errors passed to it quote nothing of either.
func malformed(source, where string, err error) *Error {
	e := &Error{Kind: Malformed, Source: source, Reason: where + ": " + err.Error()}
	var syntax *jsonvalue.SyntaxError
	if errors.As(err, &syntax) {
		e.Line, e.Column = syntax.Line, syntax.Column
	}
	return e
}
