// Package awstest simulates Secrets Manager, SQS, the event source that passes SQS messages
// to a Lambda function, and Lambda itself. It is for tests and measurements. It does what AWS
// documents and untag relies on, refuses what AWS refuses, and does not depend on untag.
//
// It also reads a CloudFormation template as it is deployed with some parameters.
//
// All but Lambda is in memory and uses the caller's clock: in a testing/synctest bubble, hours
// pass at once. A Function is a process of its own, in real time.
package awstest
