// Package untag holds the template of the stack, for untag init: it writes a template for a
// user's own folder from it.
package untag

import _ "embed"

// Template is template.yaml.
//
//go:embed template.yaml
var Template string
