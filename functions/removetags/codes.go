package main

import (
	"slices"

	"untag/functions/removetags/handler"
	"untag/internal/pipeline"
	"untag/internal/zoho"
)

// knownCode reports whether a code may name a metric: one of Zoho's that this program knows,
// or one of its own. Anything else is counted together.
func knownCode(code string) bool {
	own := []string{pipeline.CodeHandedBack, pipeline.CodeNotFoundYet, pipeline.CodeTooCostly, pipeline.CodeIDRounded, handler.CodeRuleError}
	return zoho.KnownCode(code) || slices.Contains(own, code)
}
