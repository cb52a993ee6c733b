package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxIDs       = 100
	maxTags      = 10
	maxTagLength = 25 // characters
	maxIDDigits  = 20
)

// removeTags answers remove_tags for several records, or for the one in the path:
// https://www.zoho.com/crm/developer/docs/api/v2/remove-tags.html
func (sb *Sandbox) removeTags(c call, id string) answer {
	return sb.changeTags(c, id, false)
}

// changeTags removes the tags that a call names, or adds them.
func (sb *Sandbox) changeTags(c call, id string, adds bool) answer {
	module := c.path[0]
	if re, ok := sb.checkModule(c, module); !ok {
		return refuse(re)
	}
	if !c.allowed(module, "WRITE") {
		return refuse(scopeMismatch)
	}
	if slices.Contains(sb.config.ReadOnly, module) {
		return refuse(noPermission)
	}
	read := c.removalJSON
	if c.inQuery() {
		read = c.removalQuery
	}
	ids, tags, refused := read(id == "")
	if refused != nil {
		return *refused
	}
	if id != "" {
		ids = []string{id}
	}
	if refused := sb.checkRemoval(ids, tags); refused != nil {
		return *refused
	}
	return sb.change(c, module, ids, tags, adds)
}

// removalQuery reads the parameters of v2 and v2.1. A comma separates names, even
// if it is escaped in the URL.
func (c call) removalQuery(wantIDs bool) (ids, tags []string, refused *answer) {
	if wantIDs {
		if c.query.Get("ids") == "" {
			return nil, nil, new(refuse(paramMissing, "param_name", "ids"))
		}
		ids = strings.Split(c.query.Get("ids"), ",")
	}
	if c.query.Get("tag_names") == "" {
		return nil, nil, new(refuse(paramMissing, "param_name", "tag_names"))
	}
	return ids, strings.Split(c.query.Get("tag_names"), ","), nil
}

// removalJSON reads the body of v3 and later.
func (c call) removalJSON(wantIDs bool) (ids, tags []string, refused *answer) {
	var body struct {
		Tags []struct {
			Name *string `json:"name"`
		} `json:"tags"`
		IDs []any `json:"ids"`
	}
	if len(bytes.TrimSpace(c.body)) > 0 {
		dec := json.NewDecoder(bytes.NewReader(c.body))
		dec.UseNumber()
		if err := dec.Decode(&body); err != nil {
			return nil, nil, new(refuse(invalidData, "expected_data_type", "jsonobject"))
		}
		if _, err := dec.Token(); err != io.EOF {
			return nil, nil, new(refuse(invalidData, "expected_data_type", "jsonobject"))
		}
	}
	if len(body.Tags) == 0 {
		return nil, nil, new(refuse(fieldMissing, "api_name", "tags", "json_path", "$.tags"))
	}
	for _, tag := range body.Tags {
		if tag.Name == nil {
			return nil, nil, new(refuse(fieldMissing, "api_name", "name", "json_path", "$.tags[].name"))
		}
		tags = append(tags, *tag.Name)
	}
	if !wantIDs {
		return nil, tags, nil
	}
	if len(body.IDs) == 0 {
		return nil, nil, new(refuse(fieldMissing, "api_name", "ids", "json_path", "$.ids"))
	}
	for _, id := range body.IDs {
		switch v := id.(type) {
		case string:
			ids = append(ids, v)
		case json.Number:
			ids = append(ids, v.String())
		default:
			return nil, nil, new(refuse(invalidData, "api_name", "ids", "expected_data_type", "bigint"))
		}
	}
	return ids, tags, nil
}

// checkRemoval refuses what Zoho refuses for any records.
func (sb *Sandbox) checkRemoval(ids, tags []string) *answer {
	if len(ids) > maxIDs {
		return new(refuse(limitExceeded, "param_name", "ids", "limit", maxIDs))
	}
	if len(tags) > maxTags {
		return new(refuse(limitExceeded, "param_name", "tag_names", "limit", maxTags))
	}
	for _, id := range ids {
		if !ofDigits(id) && sb.config.Answers.BadIDs == BadIDsByID {
			return new(refuse(invalidID, "param_name", "ids", "expected_data_type", "bigint"))
		}
	}
	var faults []outcome
	for _, name := range tags {
		switch {
		case utf8.RuneCountInString(name) > maxTagLength:
			faults = append(faults, invalidData.with("maximum_length", maxTagLength, "api_name", "name"))
		case name == "" || strings.ContainsAny(name, "<>,") || !utf8.ValidString(name):
			faults = append(faults, invalidData.with("api_name", "name"))
		}
	}
	if faults != nil {
		return new(reply(http.StatusBadRequest, map[string]any{"tags": faults}))
	}
	return nil
}

// change removes or adds the tags, unless the call must fail before it does anything.
func (sb *Sandbox) change(c call, module string, ids, tags []string, adds bool) answer {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	data := make([]any, 0, len(ids))
	failed, locked := 0, 0
	seen := make(map[string]bool, len(ids))
	for at, id := range ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		rec := sb.store.find(module, id)
		switch {
		case rec == nil:
			data = append(data, sb.badID(at, id))
			failed++
			continue
		case c.draw.locks():
			data = append(data, recordLocked.with("id", sb.wireID(id)))
			failed++
			locked++
			continue
		}
		remain := rec.without(tags)
		if adds {
			if remain = rec.with(tags); len(remain) > maxTagsOfRecord {
				data = append(data, limitExceeded.with("id", sb.wireID(id), "limit", maxTagsOfRecord))
				failed++
				continue
			}
		}
		switch {
		case c.draw.undone():
		case adds:
			sb.give(c, module, rec, tags)
		default:
			sb.take(c, module, rec, tags)
		}
		details := map[string]any{"id": sb.wireID(id), "tags": remain}
		if c.version != "v2" {
			details["tags"] = wireTags(c.version, remain)
		}
		data = append(data, outcome{Code: "SUCCESS", Details: details, Message: "tags updated successfully", Status: "success"})
	}
	body := map[string]any{"data": data}
	if locked > 0 {
		body["locked_count"] = strconv.Itoa(locked)
	}
	switch failed {
	case 0:
		return reply(http.StatusOK, body)
	case len(data):
		return reply(http.StatusBadRequest, body)
	}
	return reply(sb.config.MixedStatus, body)
}

// badID returns the error of the id at a position in the call.
func (sb *Sandbox) badID(at int, id string) outcome {
	switch form := sb.config.Answers.BadIDs; form {
	case BadIDsByPath:
		return invalidID.with(string(form), "$.ids["+strconv.Itoa(at)+"]")
	case BadIDsByIndex:
		return invalidID.with(string(form), at)
	}
	return invalidID.with("id", sb.wireID(id))
}

// wireID returns a record's id as in an answer.
func (sb *Sandbox) wireID(id string) any {
	// A JSON number has no leading zeros.
	if sb.config.Answers.NumericIDs && ofDigits(id) && id[0] != '0' {
		return json.Number(id)
	}
	return id
}

func (sb *Sandbox) take(c call, module string, rec *record, tags []string) {
	gone := rec.remove(tags)
	if len(gone) == 0 {
		return
	}
	sb.record(Entry{
		Time: sb.config.Now(), Module: module, ID: rec.id, Tags: gone,
		Version: c.version, Token: hashToken(c.token), Call: c.number,
	})
}

func distinct(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		again := seen[id]
		seen[id] = true
		return again
	})
}
