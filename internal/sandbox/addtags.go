package sandbox

import "net/http"

// maxTagsOfRecord is how many tags a record may have.
const maxTagsOfRecord = 10

// addition answers add_tags for several records, or for the one in the path:
// https://www.zoho.com/crm/developer/docs/api/v2/add-tags.html
func (sb *Sandbox) addition(c call, id string) answer {
	sb.count(func(n *Requests) { n.AddTags++ })
	return c.only(http.MethodPost, func(c call) answer { return sb.changeTags(c, id, true) })
}

func (sb *Sandbox) give(c call, module string, rec *record, tags []string) {
	added := rec.add(tags)
	if len(added) == 0 {
		return
	}
	sb.record(Entry{
		Time: sb.config.Now(), Module: module, ID: rec.id, Tags: []string{}, Added: added,
		Version: c.version, Token: hashToken(c.token), Call: c.number,
	})
}

// with returns the record's tags and those of tags that it does not have.
func (r *record) with(tags []string) []string {
	return distinct(append(append([]string{}, r.tags...), tags...))
}

// add gives the record tags, and returns those that it did not have.
func (r *record) add(tags []string) (added []string) {
	before := len(r.tags)
	r.tags = r.with(tags)
	return append(added, r.tags[before:]...)
}
