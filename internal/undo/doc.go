// Package undo puts tags back that a rule took off, as the audit tells.
package undo
