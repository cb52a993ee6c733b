// Package project makes a folder of a user's own, for untag init: rules with tests and sample
// events, and what deploys them with a function that was built elsewhere.
//
// Some files are the user's as soon as they are written, such as rules.yaml. The others stay
// untag's, such as template.yaml: they are replaced when untag init runs again, unless the user
// has changed them. The file .untag.json says what was written.
package project
