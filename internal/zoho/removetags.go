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

// Limits of one remove_tags call: Zoho's pages speak of 500 ids, its own client
// refuses more than 100 ids or 10 tags; these satisfy both.
const (
	MaxIDs  = 100
	MaxTags = 10
)

const removeTags = "remove tags"

// Removal is what became of one record of a RemoveTags call.
type Removal struct {
	ID string
	// Tags are those that the record still carries.
	Tags []string
	// Err is why the tags did not come off this record, nil if they did.
	Err *Error
}

// RemoveTags takes tags off records of one module: 1 to 100 ids, each 1 to 20 digits,
// and 1 to 10 tags of at most 25 characters; one that is named twice counts once. It
// gives a Removal for each id, in the order asked for; an id that the answer leaves
// out has an error too. The error, an *Error, is that of a call that failed as a whole.
//
// See https://www.zoho.com/crm/developer/docs/api/v2/remove-tags.html (v2) and
// https://www.zoho.com/crm/developer/docs/api/v8/remove-tags.html (v3 and later, whose
// parameters are a JSON body). Scope: ZohoCRM.modules.{module}.WRITE.
func (c *Client) RemoveTags(ctx context.Context, module string, ids, tags []string) ([]Removal, error) {
	ids, tags = distinct(ids), distinct(tags)
	call, err := c.removeTagsCall(module, ids, tags)
	if err != nil {
		return nil, refused(removeTags, err)
	}
	a, failed := c.do(ctx, call)
	if failed != nil {
		return nil, failed
	}
	body, failed := read(removeTags, a)
	if failed != nil {
		return nil, failed
	}
	record := ""
	if len(ids) == 1 {
		record = ids[0]
	}
	if failed := whole(removeTags, a, body, record); failed != nil {
		return nil, failed
	}
	return removals(a, body, ids), nil
}

func (c *Client) removeTagsCall(module string, ids, tags []string) (call, error) {
	name, err := crmname.ModuleAPIName(module)
	if err != nil {
		return call{}, err
	}
	if err := checkList("ids", ids, MaxIDs, crmname.CheckID); err != nil {
		return call{}, err
	}
	if err := checkList("tags", tags, MaxTags, crmname.CheckTag); err != nil {
		return call{}, err
	}
	made := call{operation: removeTags, method: http.MethodPost, path: "/" + name + "/actions/remove_tags"}
	one := len(ids) == 1
	if one {
		made.path = "/" + name + "/" + ids[0] + "/actions/remove_tags"
	}
	if c.inQuery() {
		made.query = "tag_names=" + escapedList(tags)
		if !one {
			made.query = "ids=" + escapedList(ids) + "&" + made.query
		}
		return made, nil
	}
	made.body, err = removeTagsBody(ids, tags, one)
	return made, err
}

// inQuery: v2 and v2.1 take the parameters in the query, later versions in a body.
func (c *Client) inQuery() bool { return strings.HasPrefix(c.version, "v2") }

func removeTagsBody(ids, tags []string, one bool) ([]byte, error) {
	type tag struct {
		Name string `json:"name"`
	}
	var body struct {
		Tags []tag    `json:"tags"`
		IDs  []string `json:"ids,omitempty"`
	}
	for _, name := range tags {
		body.Tags = append(body.Tags, tag{name})
	}
	if !one {
		body.IDs = ids
	}
	return json.Marshal(body)
}

// escapedList escapes every item by itself and joins them with the comma that
// separates them.
func escapedList(items []string) string {
	escaped := make([]string, len(items))
	for i, item := range items {
		escaped[i] = url.QueryEscape(item)
	}
	return strings.Join(escaped, ",")
}

func checkList(what string, items []string, most int, check func(string) error) error {
	if len(items) == 0 || len(items) > most {
		return fmt.Errorf("%d %s, a call takes 1 to %d", len(items), what, most)
	}
	for _, item := range items {
		if err := check(item); err != nil {
			return err
		}
	}
	return nil
}

// distinct is the items in their order, each once.
func distinct(items []string) []string {
	seen := make(map[string]bool, len(items))
	return slices.DeleteFunc(slices.Clone(items), func(item string) bool {
		again := seen[item]
		seen[item] = true
		return again
	})
}

// removals gives what the answer says of each id. An element of the answer without an
// id is about the only record that was asked for, or about none.
func removals(a answer, body answerBody, ids []string) []Removal {
	data := body.Data
	if body.Code == codeSuccess && len(data) == 0 {
		data = []element{body.element}
	}
	said := make(map[string]element, len(data))
	for _, e := range data {
		id := scalarText(e.details().ID)
		if id == "" && len(ids) == 1 && len(data) == 1 {
			id = ids[0]
		}
		// Of two words about one record, an error is the one to heed.
		if before, twice := said[id]; !twice || !before.failed() {
			said[id] = e
		}
	}
	list := make([]Removal, len(ids))
	for i, id := range ids {
		list[i] = Removal{ID: id}
		e, found := said[id]
		switch {
		case !found:
			list[i].Err = &Error{
				Operation: removeTags, Status: a.status, Code: CodeMissingInAnswer, Record: id,
				Message: "the answer says nothing of this record",
			}
		case e.failed():
			list[i].Err = elementError(removeTags, a, e, id)
		default:
			list[i].Tags = tagNames(e.details().Tags)
		}
	}
	return list
}

func tagNames(tags []tagName) []string {
	names := make([]string, len(tags))
	for i, t := range tags {
		names[i] = string(t)
	}
	return names
}
