// Package pipeline decides, plans and acts over a batch of events.
//
// Plan asks the rules about each event, looks up the records they need, and
// joins every removal of the batch into the fewest remove_tags calls that take off
// exactly the named tags from exactly the named records. Act makes those calls and
// gives every event an outcome of its own.
//
// It reaches the rules and the CRM through small interfaces and must not know how
// an event came in or how the CRM is spoken to: it never imports net/http or AWS.
package pipeline
