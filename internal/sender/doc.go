// Package sender describes how systems sign their webhooks, as data: one row for each
// sender, read from a file of its own when a rules file names it. A source in a rules file
// can be written with the same keys for a sender that has no row.
//
// The package only describes. internal/webhook verifies, signs and answers as described.
// It imports neither rules, zoho, net/http nor AWS.
package sender
