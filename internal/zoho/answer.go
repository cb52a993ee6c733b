package zoho

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// element is one success or error in an answer. Zoho puts the same fields at the top
// of a flat error, in `data` for each record and in `tags` for each tag.
type element struct {
	Code    string          `json:"code"`
	Message string          `json:"message"`
	Status  string          `json:"status"`
	Details json.RawMessage `json:"details"`
}

// answerBody is an answer in any of its shapes.
type answerBody struct {
	element
	Data []element `json:"data"`
	Tags []element `json:"tags"`
}

// details are those parts of an element's details that matter; each may be absent.
type details struct {
	ID         json.RawMessage `json:"id"`
	Tags       []tagName       `json:"tags"`
	APIName    string          `json:"api_name"`
	RetryAfter json.RawMessage `json:"retry_after"`
}

func (e element) details() details {
	var d details
	// Details are an object, an empty list or absent, depending on the code.
	if json.Unmarshal(e.Details, &d) != nil {
		return details{}
	}
	return d
}

// tagName is a tag as API v2 writes it, a string, or as later versions do, an object.
type tagName string

func (t *tagName) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte("{")) {
		var object struct {
			Name string `json:"name"`
		}
		err := json.Unmarshal(text, &object)
		*t = tagName(object.Name)
		return err
	}
	return json.Unmarshal(text, (*string)(t))
}

// idText is an id that is a string, or, in some answers, a number.
func idText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

// read decodes an answer. What cannot be decoded is an error, whatever its status.
func read(operation string, a answer) (answerBody, *Error) {
	var body answerBody
	if len(bytes.TrimSpace(a.body)) == 0 {
		return body, unreadable(operation, a, "the answer is empty")
	}
	if err := json.Unmarshal(a.body, &body); err != nil {
		return body, unreadable(operation, a, "the answer is no JSON")
	}
	return body, nil
}

func unreadable(operation string, a answer, message string) *Error {
	return &Error{
		Operation: operation, Status: a.status, Code: unreadableCode(a.status), Message: message,
		retryAfter: retryAfterHeader(a.header),
	}
}

// unreadableCode leaves a 4xx without a code of its own to its status: a proxy that
// says 403 is not going to change its mind.
func unreadableCode(status int) string {
	if status >= 300 && status < 500 {
		return ""
	}
	return CodeUnreadable
}

// flatCode is the code of a flat error, "" where the body is anything else.
func flatCode(body []byte) string {
	var e element
	if json.Unmarshal(body, &e) != nil {
		return ""
	}
	return e.Code
}

// whole is the error of a call that failed as a whole, nil if the answer is about
// records. An error about a tag concerns every record.
func whole(operation string, a answer, body answerBody) *Error {
	switch {
	case len(body.Data) > 0:
		return nil
	case body.Code != "" && body.Code != "SUCCESS":
		return elementError(operation, a, body.element, "")
	case len(body.Tags) > 0:
		for _, tag := range body.Tags {
			if tag.Code != "SUCCESS" {
				return elementError(operation, a, tag, "")
			}
		}
	case a.status < 200 || a.status > 299:
		return unreadable(operation, a, "the answer has no code")
	}
	return nil
}

func elementError(operation string, a answer, e element, record string) *Error {
	d := e.details()
	err := &Error{
		Operation: operation, Status: a.status, Code: e.Code, Message: e.Message, Record: record,
		namesID:    record != "" && (d.APIName == "" || d.APIName == "id"),
		retryAfter: retryAfterHeader(a.header),
	}
	if seconds, ok := number(d.RetryAfter); ok {
		err.retryAfter = max(err.retryAfter, time.Duration(seconds*float64(time.Second)))
	}
	if a.status == http.StatusTooManyRequests && err.Code == "" {
		err.Code = "TOO_MANY_REQUESTS"
	}
	return err
}

// number reads a JSON number, or one in a string, between 0 and a day.
func number(raw json.RawMessage) (float64, bool) {
	f, err := strconv.ParseFloat(strings.Trim(string(raw), `" `), 64)
	return f, err == nil && f > 0 && f < 86400
}

// retryAfterHeader reads Retry-After in seconds or as a date; 0 where there is none.
func retryAfterHeader(header http.Header) time.Duration {
	value := header.Get("Retry-After")
	if seconds, ok := number(json.RawMessage(value)); ok {
		return time.Duration(seconds * float64(time.Second))
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(date))
	}
	return 0
}
