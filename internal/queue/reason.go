package queue

import "time"

// Reason is why a message cannot be acted on.
type Reason struct {
	// Code is Zoho's, or one of untag's own.
	Code string
	// Rule is the rule whose removal failed, "" where no rule came to it.
	Rule    string
	Message string
	// Time is when it was given up.
	Time time.Time
}
