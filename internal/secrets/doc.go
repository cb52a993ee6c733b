// Package secrets reads what untag keeps in AWS Secrets Manager: the Zoho credential,
// what webhooks are verified with, and the access token that all instances share, with
// the lock under which one of them mints the next.
//
// It knows nothing of rules, of webhooks or of Zoho's API, and never puts the value of
// a secret into an error.
package secrets
