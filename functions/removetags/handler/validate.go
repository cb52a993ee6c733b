package handler

import (
	"encoding/base64"
	"errors"
)

// errNoRules is returned while no version of the rules can be used: the sender keeps its
// event, and SQS and Lambda try again.
var errNoRules = errors.New("there is no usable version of the rules, see RULES_URL: this function accepts nothing until it finds one")

// errNotValidated is returned by a function that was not given how to check rules.
var errNotValidated = errors.New("this function checks no rules")

// validate checks a rules file that AppConfig wants to deploy: an error keeps it from doing
// so. It needs no rules of its own, so that the first version can be validated, and one that
// replaces a bad one.
func (h *Handler) validate(in invocation) error {
	if h.checkRules == nil {
		return errNotValidated
	}
	content, _ := in.members["content"].Text()
	file, err := base64.StdEncoding.AppendDecode(nil, content)
	if err != nil {
		return errors.New("the content to validate is not base64")
	}
	return h.checkRules(file)
}
