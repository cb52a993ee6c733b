package sqs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

const (
	// maxAhead is how far the time of a signature may be off. SQS refuses one that is five
	// minutes off.
	maxAhead = 4 * time.Minute
	// maxMore is how much longer than planned SQS may make the client wait.
	maxMore = 5 * time.Second
)

// attempts makes a call as often as the SDK's standard retryer allows.
func (c *Client) attempts(ctx context.Context, once func() ([]byte, error)) ([]byte, error) {
	release, err := c.retryer.GetAttemptToken(ctx)
	if err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		answer, err := once()
		_ = release(err) // it fails only for a full bucket of tokens
		if err == nil {
			return answer, nil
		}
		if ctx.Err() != nil || !c.retryer.IsErrorRetryable(err) {
			return nil, err
		}
		if attempt >= c.retryer.MaxAttempts() {
			return nil, &retry.MaxAttemptsError{Attempt: attempt, Err: err}
		}
		var noToken error
		if release, noToken = c.retryer.GetRetryToken(ctx, err); noToken != nil {
			return nil, errors.Join(err, noToken)
		}
		if given := c.wait(ctx, attempt, err); given != nil {
			return nil, fmt.Errorf("%w, after: %w", given, err)
		}
	}
}

// wait waits before the next attempt. It returns an error if ctx ends before.
func (c *Client) wait(ctx context.Context, attempt int, failed error) error {
	delay, err := c.retryer.RetryDelay(attempt, failed)
	if err != nil {
		return err
	}
	if e, ok := errors.AsType[*Error](failed); ok {
		delay = min(max(delay, e.retryAfter), delay+maxMore)
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// compareClocks notes how far the clock of SQS is ahead, for the next signature. It reports
// whether the signature of this request, made for a clock that was ahead by so much, was off
// by too much.
func (c *Client) compareClocks(answer http.Header, signed time.Duration) (off bool) {
	date, err := http.ParseTime(answer.Get("Date"))
	if err != nil || answer.Get("Age") != "" { // an answer from a cache has an old date
		return false
	}
	ahead := time.Until(date)
	c.ahead.Store(int64(ahead))
	return (ahead - signed).Abs() > maxAhead
}
