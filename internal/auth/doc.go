// Package auth turns a grant code of a Zoho self client into a credential that untag uses. It
// asks for what is not given, says in plain words why Zoho refuses a code, and checks the
// scopes. It never prints a secret.
package auth
