package sqs_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"

	"untag/internal/sqs"
)

// TestFailuresAreThoseOfTheSDK: what SQS answers is tried again as often as by the SDK, and
// has the same code in the end.
func TestFailuresAreThoseOfTheSDK(t *testing.T) {
	ofType := func(name string) string {
		return `{"__type":"com.amazonaws.sqs#` + name + `","message":"because"}`
	}
	later := func(body string) func(int) (*http.Response, error) {
		return func(n int) (*http.Response, error) {
			if n < 3 {
				return answering(500, body), nil
			}
			return answering(200, stored), nil
		}
	}
	tests := map[string]func(n int) (*http.Response, error){
		"stored":                  always(200, stored),
		"stored at last":          later(ofType("InternalFailure")),
		"throttled":               always(400, ofType("RequestThrottled"), "x-amzn-query-error", "RequestThrottled;Sender"),
		"throttled, in a header":  always(400, `{}`, "X-Amzn-ErrorType", "ThrottlingException:http://internal.amazon.com/coral/"),
		"the queue is gone":       always(400, ofType("QueueDoesNotExist"), "x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender"),
		"gone, by its name alone": always(400, ofType("QueueDoesNotExist")),
		"denied":                  always(403, `{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"no"}`, "x-amzn-query-error", "AccessDenied;Sender"),
		"the key is disabled":     always(400, ofType("KmsDisabled"), "x-amzn-query-error", "KMS.DisabledException;Sender"),
		"odd characters":          always(400, ofType("InvalidMessageContents")),
		"an unknown code":         always(400, `{"code":"Odd"}`),
		"no code":                 always(400, `{}`),
		"nothing":                 always(500, ``),
		"unavailable":             always(503, ofType("ServiceUnavailable"), "x-amzn-query-error", "ServiceUnavailable;Receiver"),
		"too many requests":       always(429, `{}`),
		"a bad gateway, no body":  always(502, ``),
		"no connection":           func(int) (*http.Response, error) { return nil, errors.New("connection refused") },
		"a long wait is asked":    always(503, ofType("ServiceUnavailable"), "X-Amz-Retry-After", "4000"),
		"the clock is wrong, says a message without a date": always(403, ofType("SignatureDoesNotMatch")),
	}
	for name, answer := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := &server{answer: answer}, &server{answer: answer}
				id, err := sqs.New(sqs.Config{AWS: ours.config()}).SendMessage(t.Context(), out)
				o, theirErr := awssqs.NewFromConfig(theirs.config()).SendMessage(t.Context(), &awssqs.SendMessageInput{QueueUrl: aws.String(queueURL), MessageBody: aws.String("{}")})
				want := ""
				if theirErr == nil {
					want = aws.ToString(o.MessageId)
				}
				if id != want || codeOf(err) != codeOf(theirErr) || (err == nil) != (theirErr == nil) || len(ours.requests) != len(theirs.requests) {
					t.Errorf("SendMessage = %q, %v (%s) after %d attempts; the SDK's = %q, %v (%s) after %d",
						id, err, codeOf(err), len(ours.requests), want, theirErr, codeOf(theirErr), len(theirs.requests))
				}
			})
		})
	}
}

func codeOf(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}

// TestAWrongClock: the second request is signed with the time of SQS, and those of later calls
// are right at once.
func TestAWrongClock(t *testing.T) {
	for name, wrong := range map[string]time.Duration{"late": -time.Hour, "early": 10 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				now := func() time.Time { return time.Now().Add(-wrong) } // the time of SQS
				s := &server{}
				s.answer = func(n int) (*http.Response, error) {
					date := now().UTC().Format(http.TimeFormat)
					signed, err := time.Parse("20060102T150405Z", s.requests[n-1].Header.Get("X-Amz-Date"))
					if err != nil || signed.Sub(now()).Abs() > 5*time.Minute {
						return answering(403, `{"__type":"com.amazon.coral.service#InvalidSignatureException"}`, "Date", date), nil
					}
					return answering(200, stored, "Date", date), nil
				}
				c := sqs.New(sqs.Config{AWS: s.config()})
				for calls, want := range []int{2, 3} {
					if _, err := c.SendMessage(t.Context(), out); err != nil || len(s.requests) != want {
						t.Errorf("call %d = %v, %d requests in all, want %d", calls+1, err, len(s.requests), want)
					}
				}
			})
		})
	}
}

func TestTheEndOfTheContextEndsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{answer: always(503, "{}", "X-Amz-Retry-After", "4000")}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := sqs.New(sqs.Config{AWS: s.config()}).SendMessage(ctx, out)
		if !errors.Is(err, context.DeadlineExceeded) || codeOf(err) != "UnknownError" || time.Since(start) != time.Second || len(s.requests) != 1 {
			t.Errorf("SendMessage = %v after %v and %d requests, want both errors after a second and one request", err, time.Since(start), len(s.requests))
		}
	})
}

// TestWhatIsWrongIsSaid: an error says what SQS answered and which request it was, and quotes
// neither the message nor a credential.
func TestWhatIsWrongIsSaid(t *testing.T) {
	s := &server{answer: always(400, `{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"because"}`, "X-Amzn-RequestId", "r-1")}
	_, err := sqs.New(sqs.Config{AWS: s.config()}).SendMessage(t.Context(), sqs.Outgoing{QueueURL: queueURL, Body: "hush"})
	const want = "SendMessage: SQS answered HTTP 400 QueueDoesNotExist: because (request r-1)"
	if err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
}
