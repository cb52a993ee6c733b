// Package awstest simulates Secrets Manager, SQS and the event source that passes SQS
// messages to a Lambda function. All of it is in memory and uses the caller's clock: in a
// testing/synctest bubble, hours pass at once.
//
// It is for tests. It does what AWS documents and untag relies on, refuses what AWS
// refuses, and does not depend on untag.
package awstest
