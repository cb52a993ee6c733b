// Package senderlist prints the senders whose signatures untag knows, and for each one a rules
// file, a test and a sample event to start from.
package senderlist
