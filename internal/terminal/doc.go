// Package terminal writes to a terminal: text without characters that could control it, colour
// where there is colour, lines that fit, and errors a line for each thing that is wrong.
package terminal
