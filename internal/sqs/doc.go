// Package sqs calls the operations of Amazon SQS that untag needs, each as one signed JSON
// request. The SDK's client of SQS would be a tenth of the function's start.
//
// It signs, retries, corrects a wrong clock and compares checksums as the SDK does, with the
// SDK's own parts where they can be used alone. It knows nothing of what messages hold.
package sqs
