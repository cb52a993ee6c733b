package secrets

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/aws/smithy-go"
)

// Error reports a secret that is missing or malformed, or that cannot be read or written.
// It names the secret and the key, never the value.
type Error struct {
	// Secret is the name or ARN of the secret.
	Secret string
	// Key is the key in its JSON, "" when the error is about the whole secret.
	Key    string
	Reason string
	Err    error

	passing bool          // retrying may help, although no wrapped error says so
	wait    time.Duration // the rest of a back-off
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

// Unwrap returns the error of Secrets Manager.
func (e *Error) Unwrap() error { return e.Err }

// RetryAfter returns how long to wait before trying again, 0 if unknown.
func (e *Error) RetryAfter() time.Duration { return e.wait }

// Retryable reports whether trying again may succeed on its own. A secret that is missing,
// denied or malformed stays so until someone fixes it; throttling, a broken connection and
// a timeout are temporary.
func (e *Error) Retryable() bool {
	if e.passing {
		return true
	}
	var api smithy.APIError
	if errors.As(e.Err, &api) {
		return !lasting(api.ErrorCode())
	}
	var network net.Error
	return errors.As(e.Err, &network) || errors.Is(e.Err, context.DeadlineExceeded) || errors.Is(e.Err, context.Canceled)
}

// lasting reports whether a refusal with this code stays until someone fixes the secret, its
// key, or the permissions of the function.
func lasting(code string) bool {
	switch code {
	case "ResourceNotFoundException", "AccessDeniedException", "AccessDenied", "InvalidParameterException",
		"InvalidRequestException", "DecryptionFailure", "EncryptionFailure", "UnrecognizedClientException",
		"InvalidSignatureException", "ValidationException":
		return true
	}
	// The codes of the key service, such as KMSInvalidStateException.
	return strings.HasPrefix(code, "KMS") && !strings.Contains(code, "Throttl") && !strings.Contains(code, "Internal")
}

// said wraps the error of a read. It starts with the code of Secrets Manager: the SDK's own
// text puts much in front, and the log may cut off the end.
type said struct{ err error }

func (s said) Error() string {
	var api smithy.APIError
	if errors.As(s.err, &api) {
		return api.ErrorCode() + ": " + api.ErrorMessage()
	}
	return s.err.Error()
}

func (s said) Unwrap() error { return s.err }

// quiet wraps the error of a call that sent a secret. It omits the text, in which Secrets
// Manager may quote what it was sent.
type quiet struct{ err error }

func (q quiet) Error() string {
	var api smithy.APIError
	switch {
	case errors.As(q.err, &api):
		return api.ErrorCode()
	case errors.Is(q.err, context.DeadlineExceeded), errors.Is(q.err, context.Canceled):
		return "timed out"
	}
	return "no answer"
}

func (q quiet) Unwrap() error { return q.err }

// hasCode reports whether Secrets Manager answered with this code.
func hasCode(err error, code string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == code
}
