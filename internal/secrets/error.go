package secrets

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/aws/smithy-go"
)

// Error is a secret that is missing, malformed, or cannot be read or written. It names
// the secret and the key, never the value.
type Error struct {
	// Secret is the name or ARN of the secret.
	Secret string
	// Key is the key in its JSON, "" where the secret as a whole is meant.
	Key    string
	Reason string
	Err    error

	passing bool          // it passes by itself, though no error below says so
	wait    time.Duration // what is left of a back-off
}

func (e *Error) Error() string {
	text := "secrets: " + e.Secret
	if e.Key != "" {
		text += ": key " + e.Key
	}
	text += ": " + e.Reason
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap gives the error of Secrets Manager.
func (e *Error) Unwrap() error { return e.Err }

// RetryAfter is how long trying again is no use, 0 where that is not known.
func (e *Error) RetryAfter() time.Duration { return e.wait }

// Retryable reports whether trying again may succeed without anybody's doing: a secret
// that is missing, denied or malformed stays so until somebody mends it; throttling, a
// broken connection and a time that ran out pass.
func (e *Error) Retryable() bool {
	if e.passing {
		return true
	}
	var api smithy.APIError
	if errors.As(e.Err, &api) {
		switch api.ErrorCode() {
		case "ResourceNotFoundException", "AccessDeniedException", "InvalidParameterException",
			"InvalidRequestException", "DecryptionFailure", "EncryptionFailure", "UnrecognizedClientException",
			"InvalidSignatureException", "ValidationException":
			return false
		}
		return true
	}
	var network net.Error
	return errors.As(e.Err, &network) || errors.Is(e.Err, context.DeadlineExceeded) || errors.Is(e.Err, context.Canceled)
}

// said is the error of a read in the words of Secrets Manager, its code first: what the
// SDK puts before them is long, and the log may cut off the end.
type said struct{ err error }

func (s said) Error() string {
	var api smithy.APIError
	if errors.As(s.err, &api) {
		return api.ErrorCode() + ": " + api.ErrorMessage()
	}
	return s.err.Error()
}

func (s said) Unwrap() error { return s.err }

// quiet is the error of a call that sent a secret: Secrets Manager may quote what it
// was sent, so its text is left out.
type quiet struct{ err error }

func (q quiet) Error() string {
	var api smithy.APIError
	switch {
	case errors.As(q.err, &api):
		return api.ErrorCode()
	case errors.Is(q.err, context.DeadlineExceeded), errors.Is(q.err, context.Canceled):
		return "the time ran out"
	}
	return "no answer"
}

func (q quiet) Unwrap() error { return q.err }

// hasCode reports whether Secrets Manager answered with this code.
func hasCode(err error, code string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == code
}
