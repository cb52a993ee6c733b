package condition

import "fmt"

// Fault is what is wrong with an expression, found before it is ever evaluated.
type Fault struct {
	// Offset is where, in runes of the expression.
	Offset  int
	Message string
	// Hint says what to do, "" where the message says it all.
	Hint string
}

func (f *Fault) Error() string {
	if f.Hint == "" {
		return f.Message
	}
	return fmt.Sprintf("%s (%s)", f.Message, f.Hint)
}
