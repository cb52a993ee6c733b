// Package webhook turns an HTTP request into a verified delivery, and a delivery
// into an event.
//
// Verify proves where a request came from, over its raw bytes, before any of it is
// parsed. The one exception is the token in the body of Zoho's notifications: Verify
// searches the body for it, and parses the body only if the token is right. Parse reads
// the body in any supported form. The package does not depend on rules, Zoho's API or AWS.
package webhook
