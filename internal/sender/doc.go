// Package sender describes how systems sign their webhooks, as data: a file for each sender in
// rows, which is read only when a rules file names it. A source of a rules file can describe
// another sender with the same keys.
//
// The package only describes. internal/rules reads the descriptions, and internal/webhook
// verifies and signs as they say.
package sender
