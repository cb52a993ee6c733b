// Package deadletter prints the messages of a dead-letter queue. It never prints the content of
// an event.
package deadletter
