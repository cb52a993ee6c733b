// Package sandbox is a simulated Zoho over real HTTP: the accounts server that
// exchanges grant codes for refresh tokens and those for access tokens, and the
// part of the CRM API that reads records, removes tags, lists modules, fields and tags, and
// subscribes to notifications (which it does not send). It exists for tests,
// for trying rules without an account, and for proving that nothing is lost when
// Zoho misbehaves.
//
// Its records can be edited from inside the process too, as their owner would by hand.
//
// It is an independent implementation of Zoho's documentation and imports nothing
// from the project except localhttp and what reads values of JSON and YAML: a mistake in
// the client must not be repeated here. It keeps everything in memory, reads no environment and has no rules.
//
// Zoho's documentation leaves some answers open. The sandbox decides as follows:
//
//   - Removing a tag that the record does not have succeeds and changes nothing.
//   - Tag names are compared exactly, case included.
//   - An answer with successes and errors has the status of Config.MixedStatus;
//     one with only errors has 400. Config.Answers selects other forms that Zoho's
//     documentation and clients show.
//   - An id named twice in one call is answered once.
//   - A v2 call without tag_names is refused.
//   - A read of one unknown id is INVALID_DATA; a read of several, none of
//     which exists, is 204.
//   - Refused token requests do not count against the ten in ten minutes.
//   - A channel that is enabled again replaces the one with its id.
//   - Only API v8 lists the webhooks that failed.
package sandbox
