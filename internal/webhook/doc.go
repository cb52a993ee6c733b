// Package webhook turns an HTTP request into a verified delivery, and a delivery
// into an event.
//
// Verify proves where a request came from, over its raw bytes, before anything of it
// is parsed. The one exception is the token in the body of Zoho's notifications: it is
// looked for, and the body is read when it was right. Parse reads the body in whichever
// form it came. The package knows nothing of rules, of Zoho's API or of AWS.
package webhook
