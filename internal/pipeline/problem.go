package pipeline

import (
	"errors"
	"time"

	"untag/internal/zoho"
)

// problem says why a removal or a look-up did not happen.
type problem struct {
	code string
	// message is for the sender of the event, detail for the log.
	message, detail string
	unsaid          bool
	retryable       bool
	retryAfter      time.Duration
	due             bool
	gone            bool
	// cause is what must change before another attempt can succeed.
	cause zoho.Cause
	// oneOfSeveral says that the call was refused for one of its records, without saying
	// which.
	oneOfSeveral bool
}

// problemOf returns the problem of a CRM's error, nil if there is none. Any other error does
// not say whether it is temporary, so it counts as retryable: removing a tag twice does no
// harm, but an event that is given up too early is lost.
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
		p.retryable = true // once someone has fixed the installation
	}
	// The reason for a call without a token is the reason why there is no token.
	for z.Code == "" && errors.As(z.Err, &z) {
	}
	p.code = z.Code
	if p.code == "" {
		p.code = "UNEXPECTED_ANSWER"
	}
	p.message, p.unsaid = z.Message, z.Message == ""
	if p.unsaid {
		// The wrapped error may name a secret, an account or an address of this installation.
		p.message = (&zoho.Error{Operation: z.Operation, Status: z.Status, Code: z.Code, Record: z.Record}).Error()
	}
	return p
}

// ofInstallation reports whether the installation is at fault, not the event.
func (p *problem) ofInstallation() bool { return p != nil && p.cause != zoho.CauseCall }

func (p *problem) failed(rule, module, id string, tags []string) Failed {
	return Failed{
		Rule: rule, Module: module, ID: id, Tags: nonNil(tags),
		Code: p.code, Message: p.message,
		Detail: p.detail, Unsaid: p.unsaid, Retryable: p.retryable, RetryAfter: p.retryAfter, Due: p.due, Gone: p.gone, Installation: p.ofInstallation(),
	}
}
