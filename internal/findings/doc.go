// Package findings prints what `untag check` found.
package findings
