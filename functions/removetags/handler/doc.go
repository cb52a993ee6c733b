// Package handler is the Lambda function: it tells the kinds of invocation apart,
// turns each into deliveries, and answers each in its own form.
//
// A request over HTTP is verified and parsed; then it is stored in the queue if
// there is one, and acted on at once if not. A batch from the function's own queue is
// always acted on, and one from anywhere else never.
// The package holds no rule, no signature and no CRM call of its own.
package handler
