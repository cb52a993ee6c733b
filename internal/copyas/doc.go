// Package copyas writes what untag run has seen as text to take away: what events did as tests of
// the rules. It reads no file and sends nothing. Commands of curl are in package send.
package copyas
