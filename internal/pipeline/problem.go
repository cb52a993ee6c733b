package pipeline

import (
	"errors"
	"time"

	"untag/internal/zoho"
)

// problem is why a removal or a look-up did not happen.
type problem struct {
	code, message string
	retryable     bool
	retryAfter    time.Duration
	gone          bool
}

// problemOf reads an error of the CRM. One that is not the CRM's own says nothing
// of whether it will pass, so it counts as one that may: removing a tag twice does
// no harm, and an event given up too early is lost.
func problemOf(err error) *problem {
	var z *zoho.Error
	if !errors.As(err, &z) {
		return &problem{code: "UNKNOWN", message: err.Error(), retryable: true}
	}
	p := &problem{
		code: z.Code, message: z.Error(),
		retryable: z.Retryable(), retryAfter: z.RetryAfter(), gone: z.Gone(),
	}
	if p.code == "" {
		p.code = "NO_ANSWER"
		if z.Status != 0 {
			p.code = "UNEXPECTED_ANSWER"
		}
	}
	if z.Message != "" {
		p.message = z.Message
	}
	return p
}

func (p *problem) failed(rule, module, id string, tags []string) Failed {
	return Failed{
		Rule: rule, Module: module, ID: id, Tags: nonNil(tags),
		Code: p.code, Message: p.message,
		Retryable: p.retryable, RetryAfter: p.retryAfter, Gone: p.gone,
	}
}
