package zoho

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxElement is how many bytes of an answer are read for each element that it may have.
	// An element of remove_tags has a few hundred; a record can be as long as people make it.
	maxElement = 64 << 10
	// drained is how many bytes of an unreadable answer are discarded, so that its
	// connection can be used again.
	drained = 64 << 10
)

// answer is the response to a call.
type answer struct {
	status int
	header http.Header
	// host is where it came from.
	host string
	// newTokenRefused: Zoho refused the access token, and a new one as well.
	newTokenRefused bool
	said            said
	// unread is why it could not be read, nil if it could.
	unread *Error
}

func (a answer) ok() bool { return a.status >= 200 && a.status < 300 }

// tokenRefused reports whether a new access token may help. A new one does not have a
// larger scope. The API of another data center answers with a bare 401.
func (a answer) tokenRefused() bool {
	return a.status == http.StatusUnauthorized && !a.said.scopeMismatch
}

// refusedAgain is the answer to a call for which a new access token did not help.
func (a answer) refusedAgain() answer {
	a.newTokenRefused = true
	if a.unread != nil {
		a.unread.Message, a.unread.newTokenRefused = a.explained(a.unread.Message, ""), true
	}
	return a
}

// said is what an answer says, apart from the elements of `data`.
type said struct {
	// element is the one of a flat answer, which has its members at the top.
	element
	// tag is the first error about a tag.
	tag *element
	// data is how many elements `data` has; listed says that it is a list.
	data   int
	listed bool
	// more: there are further pages of records.
	more bool
	// scopeMismatch: some error says that the token's scope is too small.
	scopeMismatch bool
}

// note looks at the code of an element.
func (a *said) note(e *element) {
	a.scopeMismatch = a.scopeMismatch || strings.EqualFold(e.code, "OAUTH_SCOPE_MISMATCH")
}

// read reads an answer; data is called before each element of the member `in`, to read it.
func (a *said) read(s *scanner, in string, data func() error) error {
	var e element
	err := s.whole(func(name []byte) error {
		switch string(name) {
		case in:
			a.listed = s.is(jsontext.KindBeginArray)
			return s.each(func() error { a.data++; return data() })
		case "tags":
			return s.each(func() error {
				e = element{}
				err := e.read(s)
				if a.note(&e); a.tag == nil && e.failed() {
					a.tag = e.copy()
				}
				return err
			})
		case "info":
			return s.object(func(name []byte) (err error) {
				if string(name) != "more_records" {
					return s.skip()
				}
				a.more, err = s.boolean()
				return err
			})
		}
		return a.element.member(s, name)
	})
	a.note(&a.element)
	return err
}

// bounded is the body of an answer, of which only so much is read.
type bounded struct {
	body io.Reader
	left int
	// first is the first byte that is not white space, 0 while there is none.
	first byte
	// broke is the error that reading ended with, such as errTooLarge.
	broke error
}

var errTooLarge = errors.New("too large")

func (b *bounded) Read(p []byte) (int, error) {
	if b.broke != nil {
		return 0, b.broke
	}
	n, err := b.body.Read(p[:min(len(p), b.left+1)])
	if n > b.left {
		n, err = b.left, errTooLarge
	}
	b.left -= n
	for i := 0; b.first == 0 && i < n; i++ {
		if strings.IndexByte(" \t\r\n", p[i]) < 0 {
			b.first = p[i]
		}
	}
	if err != nil && err != io.EOF {
		b.broke = err
	}
	return n, err
}

// unread returns why an answer could not be read.
func (c call) unread(a answer, b *bounded, err error) *Error {
	switch {
	case errors.Is(b.broke, errTooLarge), errors.Is(err, errTooLarge):
		return unreadable(c.operation, a, fmt.Sprintf("the answer is too large: more than the %d KiB that are read of it", c.most()>>10))
	case errors.Is(err, errTooMany):
		return unreadable(c.operation, a, "the answer has more records than were asked for")
	case b.broke != nil:
		return noAnswer(c.operation, a.status, b.broke)
	case b.first == 0:
		return unreadable(c.operation, a, "the answer is empty")
	case b.first == '{':
		// Zoho did answer, and the answer is cut off or garbled: it may have said that
		// the record is locked.
		e := unreadable(c.operation, a, "the answer is malformed JSON")
		e.Code = CodeUnreadable
		return e
	case errors.Is(err, errNoObject):
		return unreadable(c.operation, a, "the answer is JSON, but not an object")
	}
	return unreadable(c.operation, a, "the answer is not JSON")
}

func unreadable(operation string, a answer, message string) *Error {
	return &Error{
		Operation: operation, Status: a.status, Code: unreadableCode(a.status), Message: a.explained(message, ""),
		retryAfter: retryAfterHeader(a.header), newTokenRefused: a.newTokenRefused, whole: true,
	}
}

// unreadableCode returns no code for a 4xx without one, so that the status decides: a proxy
// that answers 403 will do so again.
func unreadableCode(status int) string {
	if status >= 300 && status < 500 {
		return ""
	}
	return CodeUnreadable
}

// explained is a message with its details, and with why Zoho may refuse every access token.
func (a answer) explained(message, facts string) string {
	if facts != "" && message != "" {
		message += " (" + facts + ")"
	} else if facts != "" {
		message = facts
	}
	if !a.newTokenRefused {
		return message
	}
	if message != "" {
		message += "; "
	}
	return message + a.host + " refused the access token and a new one; " + whyRefused
}

// whyRefused names the usual causes of an API that refuses every access token.
const whyRefused = "the usual causes are the wrong data center (`data_center` in the credential), " +
	"and a sandbox or developer organisation (`environment` in the credential, or ZOHO_ENVIRONMENT)"

// refused returns the error of an answer without elements, nil if it has none: its own, or
// that of a tag, which concerns every record. The record is the one that was asked for, ""
// if there were several.
func (c call) refused(a answer, record string) *Error {
	switch {
	case a.said.code != "" && a.said.failed():
		err := a.said.element.error(c.operation, a, record)
		err.whole = true
		return err
	case a.said.tag != nil:
		err := a.said.tag.error(c.operation, a, record)
		err.gone, err.split = false, false
		return err
	case !a.ok():
		err := unreadable(c.operation, a, "the answer has no code")
		err.Record = record
		return err
	}
	return nil
}
