package zoho

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// maxRetryAfter bounds how long Zoho, or a proxy in front of it, can ask untag to wait.
const maxRetryAfter = time.Hour

// Error reports what went wrong with a call, or with one record of it.
type Error struct {
	// Operation is what was tried, such as "remove tags".
	Operation string
	// Status is the HTTP status, 0 if there was no answer.
	Status int
	// Code is Zoho's code, or one of the Code constants, or "".
	Code string
	// Message is Zoho's message, "" if there is none.
	Message string
	// Record is the id of the record, "" if the whole call failed.
	Record string
	// Err is the underlying error, such as a broken connection or a done context.
	Err error

	retryAfter time.Duration
	tokenAfter time.Duration
	gone       bool
	split      bool
	// noToken says that the call was not made because there was no access token,
	// newTokenRefused that Zoho refused the token and a new one, and whole that the answer is
	// about the whole call, even if that has only one record.
	noToken, newTokenRefused, whole bool
	again                           again
}

// again says how to retry a record for which the answer settles nothing.
type again int

const (
	notAgain again = iota
	withOthers
	alone
)

// These codes are untag's, not Zoho's.
const (
	// CodeMissingInAnswer: the answer says nothing about a record of the call.
	CodeMissingInAnswer = "MISSING_IN_ANSWER"
	// CodeTagRemains: Zoho reports success, but the record still has the tag.
	CodeTagRemains = "TAG_REMAINS"
	// CodeUnreadable: the answer is not JSON, such as a proxy's page, is cut off, or is too
	// large.
	CodeUnreadable = "UNREADABLE_ANSWER"
	// CodeNoAnswer: the connection broke, or the call timed out.
	CodeNoAnswer = "NO_ANSWER"
	// CodeNoCredential: the credential from which tokens are minted cannot be read.
	CodeNoCredential = "NO_CREDENTIAL"
	// CodeNoToken: there is no access token at the moment; the wrapped error says why.
	CodeNoToken = "NO_ACCESS_TOKEN"
	// CodeThrottled: untag requested too many access tokens; Zoho issues ten in ten
	// minutes for one refresh token.
	CodeThrottled = "ACCESS_DENIED_THROTTLED"
	// CodeRefused: untag refused the call before it made a request.
	CodeRefused = "INVALID_CALL"
)

// Error says what was tried, what the answer was, and for which record. Of what was sent, it
// contains only that record's id.
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

// Unwrap returns the underlying error.
func (e *Error) Unwrap() error { return e.Err }

// Retryable reports whether the same call may succeed later. Removing a tag twice does no
// harm, so anything that is not known to be final is worth retrying; a refusal whose reason
// stays is not.
//
// 408, 429 and 5xx are temporary with any code. Otherwise the code decides. An unknown code
// with a 4xx is final, except that a 401 is about the access token.
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
	// A 2xx that cannot be understood may be a temporary fault; a 3xx or 4xx with an unknown
	// code is a refusal.
	return e.Status < 300
}

// RetryAfter returns how long Zoho, or the source of the access tokens, asked to wait, at
// most an hour; 0 if neither did.
func (e *Error) RetryAfter() time.Duration {
	var below *Error
	if e.retryAfter == 0 && e.tokenAfter == 0 && errors.As(e.Err, &below) {
		return below.RetryAfter()
	}
	return min(max(e.retryAfter, e.tokenAfter), maxRetryAfter)
}

// TokenAfter returns how long there will be no access token, if the call was not made for
// that reason and the source of the tokens says how long; otherwise 0. Retry at that time,
// neither sooner nor later: the first retry costs one request for a token.
func (e *Error) TokenAfter() time.Duration { return min(e.tokenAfter, maxRetryAfter) }

// Gone reports whether the record does not exist (any more). Zoho has no code for this: it
// answers INVALID_DATA, which it also uses for much else. So that code counts only if the
// error is about one record, blames no other field, and names the id.
func (e *Error) Gone() bool { return e.Record != "" && e.gone && !e.Unsure() }

// OneOfSeveral reports whether a call about several records was refused because of one or
// some of them, without naming which. It should be made again for fewer records.
func (e *Error) OneOfSeveral() bool { return e.Record == "" && e.split && !e.Retryable() }

// Unsettled reports whether the answer says nothing about this record because Zoho refused
// others of the call. It should be tried again without them.
func (e *Error) Unsettled() bool { return e.again == withOthers }

// Unsure reports whether the answer may be about another record. A call about this record
// alone settles it.
func (e *Error) Unsure() bool { return e.again == alone }

// withoutToken returns the error of a call that was not made because there is no token. An
// *Error comes from Zoho itself: it says how long to wait at least, not when the next token
// is due.
func withoutToken(operation string, err error) *Error {
	e := &Error{Operation: operation, Err: err, noToken: true}
	if _, own := err.(*Error); own {
		return e
	}
	if _, below := errors.AsType[*Error](err); !below { // an *Error has Zoho's code
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

// refused returns the error of a call that never became a request.
func refused(operation string, err error) *Error {
	return &Error{Operation: operation, Code: CodeRefused, Err: err}
}
