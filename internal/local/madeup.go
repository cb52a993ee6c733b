package local

import (
	"fmt"

	"untag/internal/rules"
	"untag/internal/sandbox"
)

// recordsOf makes up records, one for each module that the rules name, with the tags
// that they remove from it.
func recordsOf(set *rules.Rules) sandbox.Records {
	records := sandbox.Records{}
	for _, target := range set.Targets() {
		if target.Module == "" || target.Module == "Activities" {
			continue
		}
		if records[target.Module] == nil {
			id := fmt.Sprintf("5725767000000%06d", 900001+len(records))
			records[target.Module] = []map[string]any{{"id": id, "Tag": []any{}}}
		}
		record := records[target.Module][0]
		record["Tag"] = withTags(record["Tag"].([]any), target.Tags)
	}
	return records
}

// mostTags is how many tags a Zoho record can carry.
const mostTags = 10

func withTags(carried []any, tags []string) []any {
	seen := make(map[any]bool)
	for _, tag := range carried {
		seen[tag] = true
	}
	for _, tag := range tags {
		if !seen[tag] && len(carried) < mostTags {
			seen[tag] = true
			carried = append(carried, tag)
		}
	}
	return carried
}
