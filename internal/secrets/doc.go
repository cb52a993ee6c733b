// Package secrets reads the two secrets that untag keeps in AWS Secrets Manager: the
// Zoho credential, and what webhooks are verified with. It knows nothing of rules or
// of webhooks, and never puts the value of a secret into an error.
package secrets
