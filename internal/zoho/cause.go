package zoho

import "net/http"

// Cause is what has to change before a call that failed can succeed.
type Cause int

const (
	// CauseCall: the call itself, one of its records, or nothing but time.
	CauseCall Cause = iota
	// CauseRights: what the credential's user may do with the module.
	CauseRights
	// CauseScope: a scope that the credential lacks for this operation on the module.
	CauseScope
	// CauseToken: Zoho refuses every access token for such calls, as where they go to the
	// wrong data center or environment.
	CauseToken
	// CauseInstallation: the credential, the secrets that hold it and the token, or the
	// address of the API. No call can succeed.
	CauseInstallation
)

// Cause tells what is wrong with the installation from what is wrong with a call. What
// passes by itself, and what is about one record, is nothing of the installation's.
func (e *Error) Cause() Cause {
	switch {
	case e.noToken:
		if e.Retryable() {
			return CauseCall
		}
		return CauseInstallation
	case e.vain:
		return CauseToken
	case e.Code == "OAUTH_SCOPE_MISMATCH":
		return CauseScope
	case e.Code == "INVALID_HOST":
		return CauseInstallation
	case overloaded(e.Status), !e.whole && e.Status != http.StatusForbidden:
		return CauseCall
	case e.Status == http.StatusForbidden, e.Code == "NO_PERMISSION", e.Code == "AUTHORIZATION_FAILED":
		return CauseRights
	case e.Code == "" && (e.Status == http.StatusNotFound || e.Status/100 == 3):
		return CauseInstallation // something else than Zoho's API answers there
	}
	return CauseCall
}
