package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"untag/internal/sandbox"
)

// answerForms returns the forms of an answer that --answers can choose, by name.
func answerForms() map[string]func(*sandbox.Config) {
	return map[string]func(*sandbox.Config){
		"207":            func(c *sandbox.Config) { c.MixedStatus = http.StatusMultiStatus },
		"errors-in-data": func(c *sandbox.Config) { c.Answers.ErrorsInData = true },
		"json-path":      func(c *sandbox.Config) { c.Answers.BadIDs = sandbox.BadIDsByPath },
		"path-index":     func(c *sandbox.Config) { c.Answers.BadIDs = sandbox.BadIDsByIndex },
		"number-ids":     func(c *sandbox.Config) { c.Answers.NumericIDs = true },
	}
}

// chooseAnswers sets the named forms.
func chooseAnswers(c *sandbox.Config, names []string) error {
	forms := answerForms()
	for _, name := range names {
		set := forms[name]
		if set == nil {
			return fmt.Errorf("--answers: there is no form %q; the forms are %s", name, strings.Join(slices.Sorted(maps.Keys(forms)), ", "))
		}
		set(c)
	}
	return nil
}
