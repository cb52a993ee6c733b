// Package audit describes the lines that tell which tags came off which records, by which rule,
// when and because of which event. They hold names of rules, modules and tags, and ids, but
// never anything else of an event or a record.
package audit
