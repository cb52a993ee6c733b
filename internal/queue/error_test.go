package queue_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/smithy-go"

	"untag/internal/queue"
	"untag/internal/sqs"
)

func TestRetryable(t *testing.T) {
	tests := map[string]struct {
		err  error
		want bool
	}{
		"throttled":            {&smithy.GenericAPIError{Code: "RequestThrottled"}, true},
		"a fault of SQS":       {&smithy.GenericAPIError{Code: "InternalError"}, true},
		"the time ran out":     {context.DeadlineExceeded, true},
		"the queue is gone":    {&smithy.GenericAPIError{Code: "AWS.SimpleQueueService.NonExistentQueue"}, false},
		"denied":               {&smithy.GenericAPIError{Code: "AccessDenied"}, false},
		"the key is disabled":  {&smithy.GenericAPIError{Code: "KMS.DisabledException"}, false},
		"the key is pending":   {&smithy.GenericAPIError{Code: "KmsInvalidState"}, false},
		"the key is throttled": {&smithy.GenericAPIError{Code: "KMS.ThrottlingException"}, true},
		"odd characters":       {&smithy.GenericAPIError{Code: "InvalidMessageContents"}, false},
		"no credentials":       {errors.New("AWS_ACCESS_KEY_ID: not set"), false},
		"no id in the answer":  {nil, true},
		"no answer to read":    {sqs.ErrAnswer, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := queue.New(queue.Config{Client: &fakeSQS{err: tt.err}, URL: "https://queue"}).Send(t.Context(), delivery("{}"))
			var e *queue.Error
			if !errors.As(err, &e) || e.Retryable() != tt.want {
				t.Errorf("Send = %v, want retryable %v", err, tt.want)
			}
		})
	}
}
