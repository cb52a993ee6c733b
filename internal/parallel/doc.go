// Package parallel does a few things at once, where the other side bears no more. It
// knows nothing of what is done, and decides nothing about its failures.
package parallel
