// Package rulesdiff finds out which events two versions of the rules treat differently, without
// sending anything to Zoho. What counts is what comes off which record: the same removal by
// another rule, or rules in another order, are no difference.
package rulesdiff
