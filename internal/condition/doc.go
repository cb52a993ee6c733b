// Package condition is the language of a rule's conditions: it parses an expression,
// checks all of it, evaluates it over an event, and tells what the evaluation met.
//
// The syntax is that of expr-lang/expr, whose parser reads it. One recursive function
// evaluates the tree, with one table of operators and one of functions. What cannot be
// told is a value too (Unknown), so a missing field never looks like a fact. Every step
// is charged to the budget of a Run before it is done.
//
// The package knows no rules, no YAML and no events beyond the names in a Scope. It reads
// no clock, no file and no environment: the same Scope gives the same result.
package condition
