// Package handler is the Lambda function: it distinguishes the kinds of invocation, turns
// each into deliveries, and answers each in its own form.
//
// A request over HTTP is verified and parsed. Then it is stored in the queue if there is
// one, otherwise it is acted on at once. A batch from the function's own queue is always
// acted on, a batch from anywhere else never. The package has no rules, signatures or CRM
// calls of its own.
package handler
