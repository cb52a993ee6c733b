package main

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

// newWatched makes a sandbox whose tags can be read as a whole.
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

// tags are what each record carries now. A real account, for which c is nil, has none
// to show: reading it would take calls that nobody asked for.
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

// change is what one rule did to one record, or that an event changed none.
type change struct {
	outcome          string
	rule, module, id string
	before, after    []string
}

// changesIn tells from outcomes what was done, with the tags that the records carried
// before and carry after. Where those are not known, as in a real account, they are what
// Zoho said remains, and that with what came off.
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
