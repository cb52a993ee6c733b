package zoho

// retryable reports whether an error with a code is worth retrying, if the code is known and
// the HTTP status does not decide. The codes are those of
// https://www.zoho.com/crm/developer/docs/api/v2/remove-tags.html and
// https://www.zoho.com/crm/developer/docs/api/v8/status-codes.html.
func retryable(code string) (retry, known bool) {
	switch code {
	case
		"RECORD_LOCKED",           // a workflow or a person holds it for a moment
		"TOO_MANY_REQUESTS",       // concurrency or credits
		"RATE_LIMIT_EXCEEDED",     //
		"INTERNAL_ERROR",          //
		"INVALID_TOKEN",           // another access token may work
		"INVALID_OAUTHTOKEN",      //
		"AUTHENTICATION_FAILURE",  //
		"AUTHENTICATION_FAILED",   //
		"general_error",           // a fault of the accounts server
		"server_error",            //
		"temporarily_unavailable", //
		CodeThrottled, CodeMissingInAnswer, CodeUnreadable, CodeNoAnswer:
		return true, true
	case
		"INVALID_DATA", "INVALID_MODULE", "INVALID_REQUEST_METHOD", "INVALID_URL_PATTERN",
		"AUTHORIZATION_FAILED", "NO_PERMISSION", "OAUTH_SCOPE_MISMATCH",
		"MANDATORY_NOT_FOUND", "REQUIRED_PARAM_MISSING", "EXPECTED_FIELD_MISSING",
		"LIMIT_EXCEEDED", // of ids or tags in one call, or of tags in a module, not of calls
		"NOT_ALLOWED", "PATTERN_NOT_MATCHED", "LICENSE_LIMIT_EXCEEDED", "FEATURE_NOT_SUPPORTED",
		"INVALID_HOST", // the API's address is not Zoho's
		"FAILURE",      // always with 400: the request is wrong, without details
		"RECORD_NOT_FOUND",
		"invalid_client", "invalid_code", "invalid_grant", "unauthorized_client",
		"invalid_request", "invalid_scope", "unsupported_grant_type", "inactive_client", "inactive_user",
		CodeRefused:
		return false, true
	}
	return false, false
}

// temporary reports whether a code alone says that the same call may succeed later.
func temporary(code string) bool {
	retry, known := retryable(code)
	return known && retry
}
