package zoho

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

const codeSuccess = "SUCCESS"

// element is one success or error in an answer. Zoho puts the same fields at the top
// of a flat error, in `data` for each record and in `tags` for each tag.
type element struct {
	Code    string          `json:"code"`
	Message string          `json:"message"`
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
	APIName    json.RawMessage `json:"api_name"`
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

// scalarText is a string, or, as ids are in some answers, a number.
func scalarText(raw json.RawMessage) string {
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
		failed := unreadable(operation, a, "the answer is no JSON")
		if bytes.HasPrefix(bytes.TrimSpace(a.body), []byte("{")) {
			// Zoho did answer, and the answer is cut off or garbled: it may have said
			// that the record is locked.
			failed.Code, failed.Message = CodeUnreadable, "the answer is malformed JSON"
		}
		return body, failed
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
// records. An error about a tag concerns every record. The record is the one that was
// asked for, "" where there were several.
func whole(operation string, a answer, body answerBody, record string) *Error {
	switch {
	case len(body.Data) > 0:
		return nil
	case body.Code != "" && body.Code != codeSuccess:
		return elementError(operation, a, body.element, record)
	case slices.ContainsFunc(body.Tags, element.failed):
		tag := body.Tags[slices.IndexFunc(body.Tags, element.failed)]
		err := elementError(operation, a, tag, record)
		err.gone = false
		return err
	case a.status < 200 || a.status > 299:
		err := unreadable(operation, a, "the answer has no code")
		err.Record = record
		return err
	}
	return nil
}

func elementError(operation string, a answer, e element, record string) *Error {
	d := e.details()
	err := &Error{
		Operation: operation, Status: a.status, Code: codeText(e.Code), Message: messageText(e.Message), Record: record,
		gone:       e.gone(d),
		retryAfter: max(retryAfterHeader(a.header), seconds(string(d.RetryAfter))),
	}
	if a.status == http.StatusTooManyRequests && err.Code == "" {
		err.Code = "TOO_MANY_REQUESTS"
	}
	return err
}

func (e element) failed() bool { return e.Code != codeSuccess }

// gone: see Error.Gone.
func (e element) gone(d details) bool {
	if e.Code == "RECORD_NOT_FOUND" {
		return true
	}
	if field := scalarText(d.APIName); e.Code != "INVALID_DATA" || field != "" && field != "id" && field != "ids" {
		return false
	}
	return slices.ContainsFunc(strings.Fields(e.Message), func(word string) bool { return strings.EqualFold(word, "id") })
}
