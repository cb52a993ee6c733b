package sqs

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/smithy-go"
)

// unknown is the code of an error that has none.
const unknown = "UnknownError"

// Error is an error that SQS answered. It unwraps to a smithy.APIError, as the SDK's do.
type Error struct {
	// Status is the HTTP status.
	Status int
	// RequestID is what AWS's support asks for.
	RequestID string

	api        *smithy.GenericAPIError
	retryAfter time.Duration
}

func (e *Error) Error() string {
	text := fmt.Sprintf("SQS answered HTTP %d %s", e.Status, e.api.Code)
	if e.api.Message != "" {
		text += ": " + e.api.Message
	}
	if e.RequestID != "" {
		text += " (request " + e.RequestID + ")"
	}
	return text
}

// Unwrap returns the error's code and message.
func (e *Error) Unwrap() error { return e.api }

// HTTPStatusCode returns the HTTP status. The SDK's retryer looks for this method.
func (e *Error) HTTPStatusCode() int { return e.Status }

// clockError is a refusal that a wrong clock caused. The next signature has the right time.
type clockError struct{ refusal *Error }

func (e clockError) Error() string { return e.refusal.Error() + "; this machine's clock is wrong" }

// Unwrap returns the refusal.
func (e clockError) Unwrap() error { return e.refusal }

// RetryableError tells the SDK's retryer to try again.
func (clockError) RetryableError() bool { return true }

// byClock reports whether a wrong clock can cause a refusal with this code.
func byClock(code string) bool {
	switch code {
	case "InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure", "RequestTimeTooSkewed", "AccessDeniedException":
		return true
	}
	return false
}

// errorOf reads an answer that is not a success, to a request whose time of signature was off
// or not.
func errorOf(response *http.Response, body []byte, off bool) error {
	var told struct {
		Type    string `json:"__type"`
		Code    any    `json:"code"`
		Message string `json:"message"`
	}
	_ = json.Unmarshal(body, &told) // what is not JSON has no code
	// The documented codes, such as AWS.SimpleQueueService.NonExistentQueue, are those of the
	// older protocol: a header has them.
	query, _, _ := strings.Cut(response.Header.Get("X-Amzn-Query-Error"), ";")
	text, _ := told.Code.(string)
	code := cmp.Or(query, plain(response.Header.Get("X-Amzn-ErrorType")), plain(told.Type), plain(text), unknown)
	e := &Error{
		Status: response.StatusCode, RequestID: response.Header.Get("X-Amzn-RequestId"),
		api: &smithy.GenericAPIError{Code: code, Message: told.Message},
	}
	if ms, err := strconv.Atoi(response.Header.Get("X-Amz-Retry-After")); err == nil && ms > 0 {
		e.retryAfter = time.Duration(ms) * time.Millisecond
	}
	if off && byClock(code) {
		return clockError{e}
	}
	return e
}

// plain returns a code without its namespace, com.amazonaws.sqs#, and without the address
// that may follow it.
func plain(code string) string {
	code, _, _ = strings.Cut(code, ":")
	return code[strings.IndexByte(code, '#')+1:]
}
