package condition

import "fmt"

// Fault says what is wrong with an expression. It is found before any evaluation.
type Fault struct {
	// Offset is where the fault is, in runes of the expression.
	Offset  int
	Message string
	// Hint says what to write instead; "" if the message says it already.
	Hint string
}

func (f *Fault) Error() string {
	if f.Hint == "" {
		return f.Message
	}
	return fmt.Sprintf("%s (%s)", f.Message, f.Hint)
}
