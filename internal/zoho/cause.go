package zoho

import "net/http"

// Cause is what must change before a failed call can succeed.
type Cause int

const (
	// CauseCall: the call itself or one of its records is wrong, or only time is needed.
	CauseCall Cause = iota
	// CauseRights: the credential's user, the edition of the CRM or the version of its API does
	// not allow this with the module.
	CauseRights
	// CauseScope: the credential lacks a scope for this operation on the module.
	CauseScope
	// CauseToken: Zoho refuses every access token for such calls, for example because they go
	// to the wrong data center or environment.
	CauseToken
	// CauseInstallation: the credential, the secret that holds it or the token, or the address
	// of the API is wrong. No call can succeed.
	CauseInstallation
)

// Cause returns what the error of a call says about the installation. Temporary errors, and
// those about one record, say nothing about it.
func (e *Error) Cause() Cause {
	switch {
	case e.noToken:
		if e.Retryable() {
			return CauseCall
		}
		return CauseInstallation
	case e.newTokenRefused:
		return CauseToken
	case e.Code == "OAUTH_SCOPE_MISMATCH":
		return CauseScope
	case e.Code == "INVALID_HOST":
		return CauseInstallation
	case temporary(e.Code):
		return CauseCall // even with 403: half an answer does not say what was forbidden
	case overloaded(e.Status), !e.whole && (e.Record != "" || e.Status != http.StatusForbidden):
		return CauseCall
	case e.Status == http.StatusForbidden, e.Status == http.StatusPaymentRequired, aboutRights(e.Code):
		return CauseRights
	case e.Code == "" && (e.Status == http.StatusNotFound || e.Status/100 == 3):
		return CauseInstallation // something other than Zoho's API answers
	}
	return CauseCall
}

// aboutRights reports whether a code says what the user, the edition of the CRM or the version
// of its API does not allow. If it concerns no record, every such call is refused.
func aboutRights(code string) bool {
	switch code {
	case "NO_PERMISSION", "AUTHORIZATION_FAILED", "FEATURE_NOT_SUPPORTED", "LICENSE_LIMIT_EXCEEDED",
		"API_NOT_SUPPORTED", "INVALID_URL_PATTERN":
		return true
	}
	return false
}
