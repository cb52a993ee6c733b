// Package console is the page that `untag run` serves: the events as they arrive, why each rule
// did or did not fire, and what came off which record.
//
// Its pages are HTML that the server renders, and are complete without JavaScript except for
// what is live. What an event holds is an attacker's text: it reaches a page only through
// html/template, and no page allows scripts or styles of its own (Content-Security-Policy).
// The Lambda function has none of it.
package console
