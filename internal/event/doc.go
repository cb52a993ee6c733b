// Package event holds the types that the steps of untag pass to each other: the
// declaration of a source, a verified delivery, and the event parsed from it.
//
// It has no behavior beyond those types and imports nothing from the project, so
// that internal/webhook (which verifies) and internal/rules (which decides) do not
// depend on each other.
package event
