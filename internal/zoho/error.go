package zoho

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// maxRetryAfter bounds what Zoho, or a proxy in front of it, can ask us to wait.
const maxRetryAfter = time.Hour

// Error is what went wrong with a call, or with one record of it.
type Error struct {
	// Operation is what was tried, such as "remove tags".
	Operation string
	// Status is the HTTP status, 0 where there was no answer.
	Status int
	// Code is Zoho's code, or one of the Code constants, or "".
	Code string
	// Message is Zoho's message, "" where there is none.
	Message string
	// Record is the id of the record, "" where the call as a whole failed.
	Record string
	// Err is what was met below, such as a broken connection or a done context.
	Err error

	retryAfter time.Duration
	tokenAfter time.Duration
	gone       bool
	split      bool
	again      again
}

// again says how a record should be tried again that an answer settled nothing about.
type again int

const (
	notAgain again = iota
	withOthers
	alone
)

// Codes that are not Zoho's own.
const (
	// CodeMissingInAnswer: the answer says nothing of a record that was asked for.
	CodeMissingInAnswer = "MISSING_IN_ANSWER"
	// CodeTagRemains: Zoho reports success, and the record still carries the tag.
	CodeTagRemains = "TAG_REMAINS"
	// CodeUnreadable: the answer is not JSON, such as a proxy's page, is cut off, or is too
	// large.
	CodeUnreadable = "UNREADABLE_ANSWER"
	// CodeNoAnswer: the connection broke or the time ran out.
	CodeNoAnswer = "NO_ANSWER"
	// CodeNoCredential: what tokens are minted from cannot be read.
	CodeNoCredential = "NO_CREDENTIAL"
	// CodeNoToken: whoever shares the access tokens has none now, and says why.
	CodeNoToken = "NO_ACCESS_TOKEN"
	// CodeThrottled: too many access tokens were asked for; Zoho gives ten in ten
	// minutes for one refresh token.
	CodeThrottled = "ACCESS_DENIED_THROTTLED"
	// CodeRefused: the call was refused before a request was made.
	CodeRefused = "INVALID_CALL"
)

// Error says what was tried, what the answer was and on which record. It has nothing
// of what was sent beside that record's id.
func (e *Error) Error() string {
	text := "zoho: " + e.Operation
	if e.Record != "" {
		text += ": record " + e.Record
	}
	if e.Status != 0 {
		text += fmt.Sprintf(": HTTP %d", e.Status)
	}
	if e.Code != "" {
		text += ": " + e.Code
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.Err != nil {
		text += ": " + strings.TrimPrefix(e.Err.Error(), "zoho: ")
	}
	return text
}

// Unwrap gives what was met below.
func (e *Error) Unwrap() error { return e.Err }

// Retryable reports whether the same call may succeed later. Taking a tag off twice
// does no harm, so what is not known to be final is tried again; what Zoho refuses
// with a reason that time does not mend is not.
//
// 408, 429 and 5xx are passing whatever the code; otherwise the code decides; an
// unknown one with 4xx is final, except that a 401 is about the access token.
func (e *Error) Retryable() bool {
	switch {
	case e.Code == CodeTagRemains:
		return false
	case overloaded(e.Status):
		return true
	}
	if retry, known := retryable(e.Code); known {
		return retry
	}
	var below *Error
	if errors.As(e.Err, &below) {
		return below.Retryable()
	}
	var transient interface{ Retryable() bool }
	if errors.As(e.Err, &transient) {
		return transient.Retryable()
	}
	switch {
	case errors.Is(e.Err, context.Canceled), errors.Is(e.Err, context.DeadlineExceeded):
		return true
	case e.Status == 0:
		return e.Err != nil
	case e.Status == http.StatusUnauthorized:
		return e.Operation != mint
	}
	// A 2xx that could not be understood may have been a passing fault; a 3xx or 4xx
	// with a code we do not know is Zoho saying no.
	return e.Status < 300
}

// RetryAfter is how long Zoho, or what gives the access tokens, asked to wait, at most
// an hour; 0 when neither said.
func (e *Error) RetryAfter() time.Duration {
	var below *Error
	if e.retryAfter == 0 && e.tokenAfter == 0 && errors.As(e.Err, &below) {
		return below.RetryAfter()
	}
	return min(max(e.retryAfter, e.tokenAfter), maxRetryAfter)
}

// TokenAfter is how long there will be no access token, where the call was not made for
// want of one and whoever shares them said so; else 0. It is when to try again, neither
// sooner nor later: that costs one request for a token, whoever makes it.
func (e *Error) TokenAfter() time.Duration { return min(e.tokenAfter, maxRetryAfter) }

// Gone reports whether the record does not exist (any more). Zoho has no code for
// it: it says INVALID_DATA, which it says of much else too. So it counts only where
// the error is about one record, blames no other field, and speaks of the id.
func (e *Error) Gone() bool { return e.Record != "" && e.gone && !e.Unsure() }

// OneOfSeveral reports whether a call about several records was refused because of one or
// some of them, without naming which. It should be made again for fewer records.
func (e *Error) OneOfSeveral() bool { return e.Record == "" && (e.gone || e.split) && !e.Retryable() }

// Unsettled reports whether the answer says nothing about this record because Zoho refused
// others of the call. It should be tried again without them.
func (e *Error) Unsettled() bool { return e.again == withOthers }

// Unsure reports whether the answer may mean another record. A call about this one alone
// settles it.
func (e *Error) Unsure() bool { return e.again == alone }

// withoutToken is a call that was not made for want of a token. An *Error is Zoho's own
// word, which says how long to wait at least, not when the next token is due.
func withoutToken(operation string, err error) *Error {
	e := &Error{Operation: operation, Err: err}
	if _, own := err.(*Error); own {
		return e
	}
	if _, below := errors.AsType[*Error](err); !below { // which has a code of Zoho's
		e.Code = CodeNoToken
	}
	if shared, ok := errors.AsType[interface {
		error
		RetryAfter() time.Duration
	}](err); ok {
		e.tokenAfter = shared.RetryAfter()
	}
	return e
}

// refused is a call that never became a request.
func refused(operation string, err error) *Error {
	return &Error{Operation: operation, Code: CodeRefused, Err: err}
}
