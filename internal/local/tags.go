package local

import (
	"cmp"
	"maps"
	"slices"

	"untag/internal/pipeline"
	"untag/internal/sandbox"
)

// recordKey names a record.
type recordKey struct{ module, id string }

// crm is a sandbox and the records it was given.
type crm struct {
	*sandbox.Sandbox
	records []recordKey
}

// newWatched returns a sandbox that can list the tags of all its records.
func newWatched(records sandbox.Records) *crm {
	c := &crm{Sandbox: sandbox.New(sandbox.Config{Records: records})}
	for _, module := range slices.Sorted(maps.Keys(records)) {
		for _, fields := range records[module] {
			if id, ok := fields["id"].(string); ok {
				c.records = append(c.records, recordKey{module, id})
			}
		}
	}
	return c
}

// tags returns the tags that each record carries now. For a real account, for which c is
// nil, it returns nil: reading them would take calls that nobody asked for.
func (c *crm) tags() map[recordKey][]string {
	if c == nil {
		return nil
	}
	carried := make(map[recordKey][]string, len(c.records))
	for _, key := range c.records {
		if tags, found := c.Tags(key.module, key.id); found {
			carried[key] = tags
		}
	}
	return carried
}

// change is what one rule did to one record, or an event that changed no record.
type change struct {
	outcome          string
	rule, module, id string
	before, after    []string
}

// changesIn lists the changes in outcomes, with the tags that the records carried before
// and carry after. If those are not known, as in a real account, the tags after are the
// remaining ones that Zoho returned, and those before are the same and the removed ones.
func changesIn(outcomes []pipeline.Outcome, before, after map[recordKey][]string) []change {
	var changes []change
	add := func(c change, came, remain []string) {
		key := recordKey{c.module, c.id}
		c.before, c.after = slices.Concat(came, remain), remain
		if tags, known := before[key]; known {
			c.before = tags
		}
		if tags, known := after[key]; known {
			c.after = tags
		}
		changes = append(changes, c)
	}
	for _, o := range outcomes {
		for _, r := range o.Removed {
			add(change{outcome: pipeline.OutcomeRemoved, rule: r.Rule, module: r.Module, id: r.ID}, r.Tags, r.Remaining)
		}
		for _, f := range o.Failed {
			add(change{outcome: pipeline.OutcomeFailed, rule: f.Rule, module: f.Module, id: f.ID}, nil, nil)
		}
		for _, s := range o.Skipped {
			add(change{outcome: pipeline.OutcomeNothing, rule: s.Rule, module: s.Module, id: s.ID}, nil, nil)
		}
		if len(o.Removed)+len(o.Failed)+len(o.Skipped) == 0 {
			changes = append(changes, change{outcome: cmp.Or(o.Outcome, pipeline.OutcomeNothing)})
		}
	}
	return changes
}
