// Package scopes says which scopes of Zoho's a rules file needs, and which of them a
// credential lacks. It is pure.
package scopes
