package zoho

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

const codeSuccess = "SUCCESS"

// keepTags is how many tags of a record are kept. In Zoho a record has ten at most.
const keepTags = 100

// element is one success or error in an answer. Zoho puts the same members at the top
// of a flat error, in `data` for each record and in `tags` for each tag.
type element struct {
	code, message string
	// status is "error" or "success", in any case.
	status string
	// Of the details: the record that it is about, by its id or by its position in the call.
	id, path, index string
	apiName         string
	retryAfter      string
	// facts are the details that may be logged.
	facts []fact
	// tags are those that the record still has, and kept lists those of them that should
	// have been removed.
	tags []string
	kept []spelling

	// asked are the tags to remove, for kept.
	asked askedTags
}

func (e *element) copy() *element {
	kept := *e
	return &kept
}

// read reads an element. One that is not an object is empty.
func (e *element) read(s *scanner) error {
	return s.object(func(name []byte) error { return e.member(s, name) })
}

// member reads one member of an element.
func (e *element) member(s *scanner, name []byte) (err error) {
	switch string(name) {
	case "code":
		e.code, err = s.text()
	case "message":
		e.message, err = s.text()
	case "status":
		e.status, err = s.text()
	case "details":
		// An object, an empty list or absent, depending on the code.
		return s.object(func(name []byte) error { return e.detail(s, name) })
	default:
		return s.skip()
	}
	return err
}

func (e *element) detail(s *scanner, name []byte) (err error) {
	switch string(name) {
	case "id":
		e.id, err = s.text()
	case "retry_after":
		e.retryAfter, err = s.text()
	case "tags":
		return s.each(func() error { return e.tag(s) })
	default:
		return e.fact(s, string(name))
	}
	return err
}

// tag reads a tag as API v2 writes it, a string, or as later versions do, an object.
func (e *element) tag(s *scanner) error {
	var tag string
	var err error
	if s.is(jsontext.KindBeginObject) {
		err = s.object(func(name []byte) (err error) {
			if string(name) != "name" {
				return s.skip()
			}
			tag, err = s.text()
			return err
		})
	} else {
		tag, err = s.text()
	}
	if err != nil {
		return err
	}
	if len(e.tags) < keepTags {
		e.tags = append(e.tags, tag)
	}
	e.kept = e.asked.among(tag, e.kept)
	return nil
}

// failed reports whether the element is anything but a success. One that claims to be both
// success and error counts as failed.
func (e *element) failed() bool { return e.code != codeSuccess || strings.EqualFold(e.status, "error") }

// gone reports whether the element says that a record does not exist; see Error.Gone.
func (e *element) gone() bool {
	if e.code == "RECORD_NOT_FOUND" {
		return true
	}
	if e.code != "INVALID_DATA" || e.apiName != "" && e.apiName != "id" && e.apiName != "ids" {
		return false
	}
	return slices.ContainsFunc(strings.Fields(e.message), func(word string) bool { return strings.EqualFold(word, "id") })
}

// blamesAnID reports whether the element is about one of the ids of the call, even if it does
// not say which.
func (e *element) blamesAnID() bool {
	return e.gone() || e.code == "INVALID_DATA" && (e.apiName == "id" || e.apiName == "ids")
}

// error returns the element as the error of a record, or of the whole call if record is "".
func (e *element) error(operation string, a answer, record string) *Error {
	err := &Error{
		Operation: operation, Status: a.status, Code: codeText(e.code), Record: record,
		Message:         a.explained(messageText(e.message), facts(e.facts)),
		gone:            e.gone(),
		split:           e.blamesAnID(),
		newTokenRefused: a.newTokenRefused,
		retryAfter:      max(retryAfterHeader(a.header), seconds(e.retryAfter)),
	}
	if e.code == codeSuccess {
		err.Code, err.Message = CodeUnreadable, "the answer says both success and error"
	}
	if a.status == http.StatusTooManyRequests && err.Code == "" {
		err.Code = "TOO_MANY_REQUESTS"
	}
	return err
}
