// Package explain reads a recorded event and finds out what untag would do with it, and why,
// without sending anything to Zoho.
package explain
