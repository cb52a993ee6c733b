// Package jsonvalue decodes JSON into plain Go values without losing a digit of a
// number, and reports where a text is wrong, why, and what to do about it. It is stricter
// than encoding/json: a name that occurs twice in an object and broken UTF-8 are errors,
// because both are ambiguous.
package jsonvalue
