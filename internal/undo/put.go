package undo

import (
	"context"
	"slices"
	"strings"
	"time"

	"untag/internal/audit"
	"untag/internal/zoho"
)

// call is one add_tags call: records of one module that get the same tags.
type call struct {
	module string
	tags   []string
	items  []Item
}

// calls joins the items into calls within Zoho's limits. No call adds a tag to a record that
// none of the record's items names.
func calls(items []Item) []call {
	groups := make(map[string]*call)
	var order []string
	for _, item := range items {
		for tags := range slices.Chunk(item.Tags, zoho.MaxTags) {
			// A tag's name cannot contain a comma, so the joined text is unambiguous.
			key := item.Module + "," + strings.Join(tags, ",")
			g := groups[key]
			if g == nil {
				g = &call{module: item.Module, tags: tags}
				groups[key] = g
				order = append(order, key)
			}
			g.items = append(g.items, item)
		}
	}
	var list []call
	for _, key := range order {
		g := groups[key]
		for items := range slices.Chunk(g.items, zoho.MaxIDs) {
			list = append(list, call{g.module, g.tags, items})
		}
	}
	return list
}

// PutBack adds the tags, and yields a line of the audit for each record, whether or not Zoho
// accepted it. If a whole call fails, each of its records has the code of that failure, and the
// next call is made; after ctx ends, no more are made.
func PutBack(ctx context.Context, c crm, items []Item, yield func(audit.Line) error) error {
	for _, call := range calls(items) {
		if err := ctx.Err(); err != nil {
			return err
		}
		ids := make([]string, len(call.items))
		for i, item := range call.items {
			ids[i] = item.ID
		}
		results, err := c.AddTags(ctx, call.module, ids, call.tags)
		for i, item := range call.items {
			l := audit.Line{
				Time: after(item.Taken), Message: audit.Message, Mode: audit.ModeUndo, EventID: item.EventID, DeliveryID: item.DeliveryID,
				Source: item.Source, Rule: item.Rule, Rules: item.Rules, Module: call.module, RecordID: item.ID, Asked: call.tags, Removed: []string{}, Seen: true, Answer: "SUCCESS",
			}
			switch {
			case err != nil:
				l.Answer = codeOf(err)
			case results[i].Err != nil:
				l.Answer = codeOf(results[i].Err)
			default:
				l.Added = call.tags
			}
			if err := yield(l); err != nil {
				return err
			}
		}
	}
	return nil
}

// after returns the time of now, and never one before the removal, even if this machine's clock is
// behind: a second undo goes by the order of the lines.
func after(taken time.Time) time.Time {
	now := time.Now()
	if now.After(taken) {
		return now
	}
	return taken.Add(time.Millisecond)
}
