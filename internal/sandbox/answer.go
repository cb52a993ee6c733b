package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
)

// answer is a response before it is written. A nil body means no body.
type answer struct {
	status int
	body   []byte
	html   bool
	header map[string]string
	// refused is the error of the whole request, nil if there is none.
	refused *outcome
}

// refusal is one of Zoho's errors.
type refusal struct {
	status  int
	code    string
	message string
}

// The errors of the whole request, with Zoho's texts.
var (
	invalidURL     = refusal{http.StatusNotFound, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one"}
	invalidMethod  = refusal{http.StatusBadRequest, "INVALID_REQUEST_METHOD", "The http request method type is not a valid one"}
	invalidModule  = refusal{http.StatusBadRequest, "INVALID_MODULE", "the module name given seems to be invalid"}
	noModuleInAPI  = refusal{http.StatusBadRequest, "INVALID_MODULE", "The given module is not supported in API"}
	noAuth         = refusal{http.StatusUnauthorized, "AUTHENTICATION_FAILURE", "Authentication failed"}
	authFailed     = refusal{http.StatusUnauthorized, "AUTHENTICATION_FAILED", "Authentication failed"}
	invalidToken   = refusal{http.StatusUnauthorized, "INVALID_TOKEN", "invalid oauth token"}
	scopeMismatch  = refusal{http.StatusUnauthorized, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL"}
	noPermission   = refusal{http.StatusForbidden, "NO_PERMISSION", "Permission denied to remove tags"}
	paramMissing   = refusal{http.StatusBadRequest, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing"}
	fieldMissing   = refusal{http.StatusBadRequest, "MANDATORY_NOT_FOUND", "required field not found"}
	invalidData    = refusal{http.StatusBadRequest, "INVALID_DATA", "invalid data"}
	invalidID      = refusal{http.StatusBadRequest, "INVALID_DATA", "the id given seems to be invalid"}
	limitExceeded  = refusal{http.StatusBadRequest, "LIMIT_EXCEEDED", "limit exceeded"}
	invalidQuery   = refusal{http.StatusBadRequest, "INVALID_QUERY", "invalid query formed"}
	recordLocked   = refusal{http.StatusBadRequest, "RECORD_LOCKED", "record is locked"}
	tooMany        = refusal{http.StatusTooManyRequests, "TOO_MANY_REQUESTS", "You have made too many requests in a short time. Please try again later"}
	concurrency    = refusal{http.StatusTooManyRequests, "TOO_MANY_REQUESTS", "You have exceeded the number of simultaneous API calls"}
	internalError  = refusal{http.StatusInternalServerError, "INTERNAL_ERROR", "Internal Server Error"}
	bodyTooLarge   = refusal{http.StatusRequestEntityTooLarge, "INVALID_DATA", "the request body is too large"}
	malformedQuery = refusal{http.StatusBadRequest, "INVALID_DATA", "the query string is malformed"}
)

// outcome is an error, by itself or as an element of "data" or "tags", or the success of
// one record.
type outcome struct {
	Code    string         `json:"code"`
	Details map[string]any `json:"details"`
	Message string         `json:"message"`
	Status  string         `json:"status"`
}

// with returns the error with details, given as alternating names and values.
func (re refusal) with(details ...any) outcome {
	m := make(map[string]any, len(details)/2)
	for i := 0; i+1 < len(details); i += 2 {
		m[details[i].(string)] = details[i+1]
	}
	return outcome{Code: re.code, Details: m, Message: re.message, Status: "error"}
}

// refuse answers the whole request with one error.
func refuse(re refusal, details ...any) answer {
	whole := re.with(details...)
	a := reply(re.status, whole)
	a.refused = &whole
	return a
}

func reply(status int, body any) answer {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		// Records come from YAML or from tests. A value that JSON cannot express (a
		// NaN, a channel) is a fault in the data and appears as one.
		return refuse(internalError)
	}
	return answer{status: status, body: bytes.TrimSuffix(b.Bytes(), []byte("\n"))}
}

// noContent returns Zoho's answer when it finds nothing.
func noContent() answer { return answer{status: http.StatusNoContent} }

// page returns the answer of a proxy in front of Zoho.
func page(status int) answer {
	text := http.StatusText(status)
	return answer{status: status, html: true, body: []byte("<html><head><title>" + text +
		"</title></head><body><h1>" + strconv.Itoa(status) + " " + text + "</h1></body></html>\n")}
}

func (a answer) write(w http.ResponseWriter) {
	a.writeHeader(w)
	if a.body != nil {
		w.Write(a.body) // an error means that the client has gone away
	}
}

func (a answer) writeHeader(w http.ResponseWriter) {
	header := w.Header()
	for name, value := range a.header {
		header.Set(name, value)
	}
	switch {
	case a.html:
		header.Set("Content-Type", "text/html;charset=UTF-8")
	case a.body != nil:
		header.Set("Content-Type", "application/json;charset=UTF-8")
	}
	if a.body != nil {
		header.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
}
