// Package awsrequest signs requests to AWS services, for callers that need a few calls of a
// service and not its whole client: the SDK's clients take time at the start of a function.
//
// It signs with the SDK's own signer, sends nothing and keeps no credentials.
package awsrequest
