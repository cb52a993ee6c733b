package secrets

import (
	"context"
	"errors"
	"net"

	"github.com/aws/smithy-go"
)

// Error is a secret that is missing, malformed or cannot be read. It names the secret
// and the key.
type Error struct {
	// Secret is the name or ARN of the secret.
	Secret string
	// Key is the key in its JSON, "" where the secret as a whole is meant.
	Key    string
	Reason string
	Err    error
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

// Retryable reports whether reading it again may succeed without anybody's doing: a
// secret that is missing or malformed stays so until somebody mends it, but then
// events that were kept are good again.
func (e *Error) Retryable() bool {
	var api smithy.APIError
	if errors.As(e.Err, &api) {
		switch api.ErrorCode() {
		case "ResourceNotFoundException", "AccessDeniedException", "InvalidParameterException",
			"InvalidRequestException", "DecryptionFailure", "UnrecognizedClientException":
			return false
		}
		return true
	}
	var network net.Error
	return errors.As(e.Err, &network) || errors.Is(e.Err, context.DeadlineExceeded) || errors.Is(e.Err, context.Canceled)
}
