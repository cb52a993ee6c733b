package pipeline

import (
	"errors"
	"time"

	"untag/internal/zoho"
)

// Problem is why a removal or a look-up did not happen, or may not have happened.
type Problem struct {
	Code string `json:"code"`
	// Message is for the sender of the event.
	Message string `json:"message"`

	// Detail is everything known about the reason, for the log.
	Detail string `json:"-"`
	// Unsaid says that Zoho did not name a reason, so that Message says little.
	Unsaid bool `json:"-"`
	// Retryable says that the same removal may succeed later.
	Retryable bool `json:"-"`
	// RetryAfter is how long Zoho asked to wait, 0 if it did not say.
	RetryAfter time.Duration `json:"-"`
	// Due says that RetryAfter is when to try again, not the least to wait: until then
	// there is no access token.
	Due bool `json:"-"`
	// Gone says that the record is no longer in the CRM: nothing is left to do.
	Gone bool `json:"-"`
	// Cause is what must change before another attempt can succeed.
	Cause zoho.Cause `json:"-"`

	// OneOfSeveral says that the call was refused for one of its records, without saying
	// which.
	OneOfSeveral bool `json:"-"`
}

// codeUnexpected: the answer has no code, such as a proxy's page.
const codeUnexpected = "UNEXPECTED_ANSWER"

// problemOf returns the Problem of a CRM's error, nil if there is none. Any other error does
// not say whether it is temporary, so it counts as retryable: removing a tag twice does no
// harm, but an event that is given up too early is lost.
func problemOf(err error) *Problem {
	if err == nil {
		return nil
	}
	var z *zoho.Error
	if !errors.As(err, &z) {
		return &Problem{Code: "UNKNOWN", Message: "the CRM cannot be reached", Detail: err.Error(), Unsaid: true, Retryable: true}
	}
	p := &Problem{
		Detail:    z.Error(),
		Retryable: z.Retryable(), RetryAfter: z.RetryAfter(), Gone: z.Gone(),
		Due: z.TokenAfter() > 0, OneOfSeveral: z.OneOfSeveral(), Cause: z.Cause(),
	}
	if p.Cause != zoho.CauseCall {
		p.Retryable = true // once someone has fixed the installation
	}
	// The reason for a call without a token is the reason why there is no token.
	for z.Code == "" && errors.As(z.Err, &z) {
	}
	p.Code = z.Code
	if p.Code == "" {
		p.Code = codeUnexpected
	}
	p.Message, p.Unsaid = z.Message, z.Message == ""
	if p.Unsaid {
		// The wrapped error may name a secret, an account or an address of this installation.
		p.Message = (&zoho.Error{Operation: z.Operation, Status: z.Status, Code: z.Code, Record: z.Record}).Error()
	}
	return p
}

// Installation reports whether nothing is wrong with the event: someone must fix the
// credential, a secret, the rights of the Zoho user, or an address.
func (p *Problem) Installation() bool { return p != nil && p.Cause != zoho.CauseCall }

// Why returns the reason for those who operate untag: Zoho's message, or everything known if
// it had none. The latter may name a secret or an address, so it is not for the sender.
func (p Problem) Why() string {
	if p.Unsaid {
		return p.Detail
	}
	return p.Message
}

// failed returns the removal that did not happen because of the problem.
func (p *Problem) failed(rule, module, id string, tags []string) Failed {
	return Failed{Rule: rule, Module: module, ID: id, Tags: nonNil(tags), Problem: *p}
}
