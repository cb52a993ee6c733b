// Package rulesurl reads a rules file from where RULES_URL says that it is: a local file, an
// object in S3, or a configuration of AWS AppConfig that its Lambda extension serves on this
// machine. It asks for a file again only if it has changed, where that can be asked.
//
// It does not read rules, and keeps no file: only the mark by which a later look knows
// whether the file has changed. S3 is one signed GET, so that the function needs no S3 client.
package rulesurl
