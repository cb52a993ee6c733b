// Package event holds what the steps of untag hand to one another: the
// declaration of a source, a verified delivery, and the event parsed from it.
//
// It has no behaviour beyond those types and imports nothing of the project, so
// that internal/webhook (which verifies) and internal/rules (which decides) need
// not know each other.
package event
