package queue

import "time"

// Reason says why a message cannot be acted on.
type Reason struct {
	// Code is Zoho's code, or one of untag's own.
	Code string
	// Rule is the rule whose removal failed, "" if no rule was involved.
	Rule    string
	Message string
	// Time is when the message was given up.
	Time time.Time
}
