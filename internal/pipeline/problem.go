package pipeline

import (
	"errors"
	"time"

	"untag/internal/zoho"
)

// problem is why a removal or a look-up did not happen.
type problem struct {
	code string
	// message is for whoever sent the event, detail for the log.
	message, detail string
	unsaid          bool
	retryable       bool
	retryAfter      time.Duration
	due             bool
	gone            bool
	// cause is what has to change before another try can succeed.
	cause zoho.Cause
	// oneOfSeveral: the call was refused for one of its records, and not said which.
	oneOfSeveral bool
}

// problemOf reads an error of the CRM, nil where there is none. One that is not the
// CRM's own says nothing of whether it will pass, so it counts as one that may: removing
// a tag twice does no harm, and an event given up too early is lost.
func problemOf(err error) *problem {
	if err == nil {
		return nil
	}
	var z *zoho.Error
	if !errors.As(err, &z) {
		return &problem{code: "UNKNOWN", message: "the CRM cannot be reached", detail: err.Error(), unsaid: true, retryable: true}
	}
	p := &problem{
		detail:    z.Error(),
		retryable: z.Retryable(), retryAfter: z.RetryAfter(), gone: z.Gone(),
		due: z.TokenAfter() > 0, oneOfSeveral: z.OneOfSeveral(), cause: z.Cause(),
	}
	if p.cause != zoho.CauseCall {
		p.retryable = true // once somebody has put the installation right
	}
	// A call that had no token failed for the reason that there was none.
	for z.Code == "" && errors.As(z.Err, &z) {
	}
	p.code = z.Code
	if p.code == "" {
		p.code = "UNEXPECTED_ANSWER"
	}
	p.message, p.unsaid = z.Message, z.Message == ""
	if p.unsaid {
		// What was met below may name a secret, an account or an address of ours.
		p.message = (&zoho.Error{Operation: z.Operation, Status: z.Status, Code: z.Code, Record: z.Record}).Error()
	}
	return p
}

// ofInstallation reports whether the installation is at fault, and nothing about the event.
func (p *problem) ofInstallation() bool { return p != nil && p.cause != zoho.CauseCall }

func (p *problem) failed(rule, module, id string, tags []string) Failed {
	return Failed{
		Rule: rule, Module: module, ID: id, Tags: nonNil(tags),
		Code: p.code, Message: p.message,
		Detail: p.detail, Unsaid: p.unsaid, Retryable: p.retryable, RetryAfter: p.retryAfter, Due: p.due, Gone: p.gone, Installation: p.ofInstallation(),
	}
}
