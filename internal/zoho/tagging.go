package zoho

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"untag/internal/crmname"
)

// These limits of one remove_tags call satisfy both Zoho's documentation, which allows 500
// ids, and its own client, which refuses more than 100 ids or 10 tags.
const (
	MaxIDs  = 100
	MaxTags = 10
)

// tagging is one of the two actions that change the tags of records.
type tagging struct{ operation, path string }

func removing() tagging { return tagging{"remove tags", "remove_tags"} }
func adding() tagging   { return tagging{"add tags", "add_tags"} }

// Removal is what happened to one record of a RemoveTags or AddTags call.
type Removal struct {
	ID string
	// Tags are the tags that the record has after the call, the first hundred.
	Tags []string
	// Err is why tags were not removed from this record: those in Kept, or all of them if
	// Kept is empty. It is nil if all of them were removed. Likewise for tags that are added,
	// where Kept is always empty.
	Err  *Error
	Kept []Kept
}

// RemoveTags removes tags from records of one module: 1 to 100 ids, each 1 to 20 digits, and
// 1 to 10 tags of at most 25 characters; one that is named twice counts once. It returns a
// Removal for each id, in the order of ids; an id that the answer leaves out has an error
// too. The returned error, an *Error, means that the whole call failed.
//
// Zoho may refuse a whole call because of one of its records. That record then has the
// error, and the errors of the others are Unsettled.
//
// See https://www.zoho.com/crm/developer/docs/api/v2/remove-tags.html (v2) and
// https://www.zoho.com/crm/developer/docs/api/v8/remove-tags.html (v3 and later, whose
// parameters are a JSON body). Scope: ZohoCRM.modules.{module}.WRITE.
func (c *Client) RemoveTags(ctx context.Context, module string, ids, tags []string) ([]Removal, error) {
	return c.tag(ctx, removing(), module, ids, tags)
}

// AddTags adds tags to records of one module, and keeps those that they have. The limits and
// the results are those of RemoveTags. Adding a tag that a record has changes nothing.
//
// See https://www.zoho.com/crm/developer/docs/api/v2/add-tags.html (v2) and
// https://www.zoho.com/crm/developer/docs/api/v8/add-tags.html (v3 and later). Scope:
// ZohoCRM.modules.{module}.WRITE.
func (c *Client) AddTags(ctx context.Context, module string, ids, tags []string) ([]Removal, error) {
	return c.tag(ctx, adding(), module, ids, tags)
}

func (c *Client) tag(ctx context.Context, action tagging, module string, ids, tags []string) ([]Removal, error) {
	ids, tags = distinct(ids), distinct(tags)
	call, err := c.taggingCall(action, module, ids, tags)
	if err != nil {
		return nil, refused(action.operation, err)
	}
	var got *verdicts
	a, failed := c.do(ctx, call, func() reader { got = newVerdicts(action, ids); return got })
	if failed == nil {
		failed = got.whole(call, a)
	}
	if failed != nil {
		c.failed(failed)
		return nil, failed
	}
	return got.removals(a), nil
}

func (c *Client) taggingCall(action tagging, module string, ids, tags []string) (call, error) {
	name, err := c.moduleName(module)
	if err != nil {
		return call{}, err
	}
	if err := checkList("ids", ids, MaxIDs, crmname.CheckID); err != nil {
		return call{}, err
	}
	if err := checkList("tags", tags, MaxTags, crmname.CheckTag); err != nil {
		return call{}, err
	}
	made := call{operation: action.operation, method: http.MethodPost, path: "/" + name + "/actions/" + action.path, elements: len(ids), changes: len(ids)}
	if action == removing() {
		made.tags = asked(tags)
	}
	one := len(ids) == 1
	if one {
		made.path = "/" + name + "/" + ids[0] + "/actions/" + action.path
	}
	if c.inQuery() {
		made.query = "tag_names=" + escapedList(tags)
		if !one {
			made.query = "ids=" + escapedList(ids) + "&" + made.query
		}
		if action == adding() {
			made.query += "&over_write=false"
		}
		return made, nil
	}
	made.body, err = taggingBody(action, ids, tags, one)
	return made, err
}

// inQuery reports whether the version takes the parameters in the query, as v2 and v2.1 do,
// and not in a body.
func (c *Client) inQuery() bool { return inQuery(c.version) }

func inQuery(version string) bool { return strings.HasPrefix(version, "v2") }

func taggingBody(action tagging, ids, tags []string, one bool) ([]byte, error) {
	type tag struct {
		Name string `json:"name"`
	}
	var body struct {
		Tags []tag    `json:"tags"`
		IDs  []string `json:"ids,omitempty"`
		// OverWrite says whether the other tags of the record are dropped.
		OverWrite *bool `json:"over_write,omitempty"`
	}
	if action == adding() {
		body.OverWrite = new(false)
	}
	for _, name := range tags {
		body.Tags = append(body.Tags, tag{name})
	}
	if !one {
		body.IDs = ids
	}
	return json.Marshal(body)
}

// escapedList escapes each item and joins them with commas, which are not escaped.
func escapedList(items []string) string {
	escaped := make([]string, len(items))
	for i, item := range items {
		escaped[i] = url.QueryEscape(item)
	}
	return strings.Join(escaped, ",")
}

func checkList(what string, items []string, most int, check func(string) error) error {
	if len(items) == 0 || len(items) > most {
		return fmt.Errorf("%d %s, but one call takes 1 to %d", len(items), what, most)
	}
	for _, item := range items {
		if err := check(item); err != nil {
			return err
		}
	}
	return nil
}

// distinct returns the items in their order, each once.
func distinct(items []string) []string {
	seen := make(map[string]bool, len(items))
	return slices.DeleteFunc(slices.Clone(items), func(item string) bool {
		again := seen[item]
		seen[item] = true
		return again
	})
}
