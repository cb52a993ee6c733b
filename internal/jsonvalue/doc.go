// Package jsonvalue decodes JSON into plain Go values without losing a digit of a
// number, and says where a text is wrong, why, and what to do about it. It is stricter than
// encoding/json: a name that occurs twice in an object and broken UTF-8 are errors, because
// either can be read in two ways.
package jsonvalue
