package zoho

import (
	"errors"
	"net/http"
	"strconv"
)

type noMeter struct{}

func (noMeter) ZohoCall(int)       {}
func (noMeter) ZohoFailure(string) {}
func (noMeter) CreditsLeft(int)    {}
func (noMeter) TokenMint()         {}

// meterOr returns a meter, one that does nothing if there is none.
func meterOr(m meter) meter {
	if m == nil {
		return noMeter{}
	}
	return m
}

// meterCredits reads what an answer says about the credits, if it does.
func (c *Client) meterCredits(header http.Header) {
	if left, err := strconv.Atoi(header.Get("X-API-CREDITS-REMAINING")); err == nil {
		c.meter.CreditsLeft(left)
	}
}

// failed counts a call that failed, if err is not nil.
func (c *Client) failed(err error) {
	if err == nil {
		return
	}
	code := codeNone
	if e, ok := errors.AsType[*Error](err); ok && e.Code != "" {
		code = e.Code
	}
	c.meter.ZohoFailure(code)
}

// codeNone is what counts for an answer without a code.
const codeNone = "UNEXPECTED_ANSWER"

// KnownCode reports whether a code is one of Zoho's or untag's own, and not something else that
// an answer calls a code.
func KnownCode(code string) bool {
	switch code {
	case CodeNoCredential, CodeNoToken, CodeTagRemains, codeNone:
		return true
	}
	_, known := retryable(code)
	return known
}
