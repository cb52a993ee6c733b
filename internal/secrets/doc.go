// Package secrets reads what untag keeps in AWS Secrets Manager: the Zoho credential, the
// secrets that verify webhooks, and the access token that all instances share. A lock on
// that token lets exactly one instance mint the next.
//
// It knows nothing about rules, webhooks or Zoho's API, and never puts the value of a
// secret into an error.
package secrets
