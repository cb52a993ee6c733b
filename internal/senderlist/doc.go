// Package senderlist prints the senders whose signatures untag knows, and for each one a rules
// file to start from.
package senderlist
