// Package copyas writes what untag run has seen as text to take away: a request as a command, and
// what its events did as tests of the rules. It reads no file and sends nothing.
package copyas
