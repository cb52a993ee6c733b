// Package sendersample has, for each sender, a request as it sends it, a rule that fires on it,
// and where in its pages webhooks are set up: a file for each sender, for untag senders. The
// requests are made up, in the form that the sender documents.
//
// Only the command line has these files: the Lambda function must not import this package.
package sendersample
