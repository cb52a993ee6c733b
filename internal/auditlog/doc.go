// Package auditlog reads the lines of the audit from files and from CloudWatch Logs, selects
// some, and prints them.
package auditlog
