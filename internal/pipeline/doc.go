// Package pipeline decides, plans and acts on a batch of events.
//
// Plan asks the rules about each event, looks up the records they need, and joins all
// removals of the batch into the fewest remove_tags calls that remove exactly the named tags
// from exactly the named records. Act makes those calls and returns the outcome of each
// event.
//
// It uses the rules and the CRM through small interfaces and must not know how an event
// arrived or how the CRM is called: it never imports net/http or AWS.
package pipeline
