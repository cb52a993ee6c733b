// Package ruletest runs tests of rules: each has an event, and every tag that it must remove.
// docs/rules.md describes the files.
package ruletest
