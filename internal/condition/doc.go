// Package condition is the language of conditions in rules: it parses and checks an
// expression, evaluates it for an event, and explains the result with a trace.
//
// The syntax is that of expr-lang/expr, and its parser reads it. One recursive function
// evaluates the tree, with a table of operators and tables of functions. A result that cannot
// be known is a value as well (Unknown), so a missing field never looks like a fact. Every
// step is charged to the budget of a Run before it is taken.
//
// The package knows nothing about rules or YAML, and of an event only the names in a Scope.
// It reads no clock, file or environment: the same Scope always leads to the same result.
package condition
