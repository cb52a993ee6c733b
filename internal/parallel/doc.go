// Package parallel does several things at once, up to a limit that the other side can
// handle. It does not know what it runs and does not handle failures.
package parallel
