package rules

import (
	"strings"

	"untag/internal/condition"
)

// noValue is why an expression has no value that can be used. It reads as the end of a
// sentence that begins with the expression, and does not quote values of the event.
type noValue struct {
	message string
	// missing says that what the expression needs is not in the event, or is empty there.
	missing bool
}

func (v *noValue) Error() string { return v.message }

func newNoValue(e *condition.Expression, u *condition.Unknown) *noValue {
	message := u.Message()
	if u.Truth() == condition.Failed {
		return &noValue{message: "cannot be computed: " + message}
	}
	if itself, ok := strings.CutPrefix(message, e.String()+" "); ok {
		return &noValue{itself, true}
	}
	return &noValue{"cannot be computed: " + message, true}
}

// textOf evaluates an expression whose value must be a string, or can be written as one. Its
// error is a *noValue.
func textOf(e *condition.Expression, run *condition.Run) (string, error) {
	v, unknown := e.Value(run)
	if unknown != nil {
		return "", newNoValue(e, unknown)
	}
	text, ok := condition.TextOf(v)
	if !ok {
		return "", &noValue{"is " + condition.TypeOf(v) + ", not a string or a number", v == nil}
	}
	return text, nil
}
