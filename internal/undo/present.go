package undo

import (
	"context"
	"fmt"
	"slices"

	"untag/internal/crmname"
	"untag/internal/zoho"
)

// crm is what putting tags back needs of Zoho.
type crm interface {
	Records(ctx context.Context, module string, ids, fields []string) ([]zoho.Record, error)
	AddTags(ctx context.Context, module string, ids, tags []string) ([]zoho.Removal, error)
}

// Missing leaves out the tags that records have now, and records that do not exist any more. It
// returns the items that are left, and the ids of the records that are gone.
func Missing(ctx context.Context, c crm, items []Item) (left []Item, gone []string, err error) {
	for first := 0; first < len(items); {
		last := first
		var ids []string
		for last < len(items) && items[last].Module == items[first].Module && len(ids) < zoho.MaxIDs {
			ids = append(ids, items[last].ID)
			last++
		}
		records, err := c.Records(ctx, items[first].Module, ids, []string{"Tag"})
		if err != nil {
			return nil, nil, fmt.Errorf("read the tags of %s: %w", items[first].Module, err)
		}
		tags := make(map[string][]string, len(records))
		for _, r := range records {
			tags[r.ID()] = crmname.TagsOf(r)
		}
		for _, item := range items[first:last] {
			carried, exists := tags[item.ID]
			if !exists {
				gone = append(gone, item.ID)
				continue
			}
			there := func(tag string) bool { return slices.Contains(carried, tag) }
			item.Tags = slices.DeleteFunc(slices.Clone(item.Tags), there)
			item.Unsure = slices.DeleteFunc(slices.Clone(item.Unsure), there)
			if len(item.Tags) > 0 {
				left = append(left, item)
			}
		}
		first = last
	}
	return left, gone, nil
}
