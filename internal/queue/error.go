package queue

import (
	"context"
	"errors"
	"net"
	"strings"

	"github.com/aws/smithy-go"

	"untag/internal/sqs"
)

// errNoID reports an answer of SQS that does not confirm that the message is stored.
var errNoID = errors.New("SQS answered without the id of a message")

// Error reports a failed call of SQS.
type Error struct {
	// Operation is what was tried, such as "send".
	Operation string
	Err       error
}

func (e *Error) Error() string { return "queue: " + e.Operation + ": " + e.Err.Error() }

// Unwrap returns the error of SQS.
func (e *Error) Unwrap() error { return e.Err }

// ofMessage reports whether SQS refused the message itself, such as one that is larger than
// the queue allows, and not the call.
func ofMessage(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	return api.ErrorCode() == "InvalidMessageContents" || api.ErrorCode() == "InvalidParameterValue"
}

// Installation reports whether someone must fix the queue, or untag's permissions for it, and
// no message is at fault.
func (e *Error) Installation() bool {
	var api smithy.APIError
	if !errors.As(e.Err, &api) {
		return false
	}
	return lasting(api.ErrorCode())
}

// lasting reports whether a refusal with this code stays until someone fixes the queue, its
// key, or the permissions for it. The codes about keys have two spellings: KmsDisabled and
// KMS.DisabledException.
func lasting(code string) bool {
	switch code {
	case "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "AccessDenied", "AccessDeniedException",
		"InvalidAddress", "InvalidSecurity", "UnrecognizedClientException":
		return true
	}
	return strings.HasPrefix(strings.ToUpper(code), "KMS") && !strings.Contains(code, "Throttl")
}

// Retryable reports whether the same call may succeed later on its own. Throttling, a broken
// connection and a timeout are temporary; a deleted queue, a missing permission and a message
// that SQS does not accept are not.
func (e *Error) Retryable() bool {
	var api smithy.APIError
	if errors.As(e.Err, &api) {
		switch code := api.ErrorCode(); code {
		case "InvalidMessageContents", "InvalidParameterValue", "UnsupportedOperation", "ReceiptHandleIsInvalid":
			return false
		default:
			return !lasting(code)
		}
	}
	var network net.Error
	return errors.Is(e.Err, errNoID) || errors.Is(e.Err, sqs.ErrAnswer) || errors.As(e.Err, &network) ||
		errors.Is(e.Err, context.DeadlineExceeded) || errors.Is(e.Err, context.Canceled)
}
