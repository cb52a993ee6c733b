// Package awstest is a pretend Secrets Manager, a pretend SQS and the event source that
// hands SQS's messages to a Lambda function, all in memory and by the clock of whoever
// asks: in a bubble of testing/synctest, hours pass at once.
//
// It is for tests. It does what AWS documents where untag leans on it, refuses what AWS
// refuses, and knows nothing of untag.
package awstest
