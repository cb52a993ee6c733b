package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const (
	// maxPage is the maximum number of records in one answer.
	maxPage = 200
	// maxFields is the maximum number of fields in a request, from v3 on.
	maxFields = 50
)

// pageInfo is the "info" of an answer with records.
type pageInfo struct {
	PerPage     int  `json:"per_page"`
	Count       int  `json:"count"`
	Page        int  `json:"page"`
	MoreRecords bool `json:"more_records"`
}

// one answers with the record named in the path:
// https://www.zoho.com/crm/developer/docs/api/v2/get-records.html
func (sb *Sandbox) one(c call) answer {
	sb.count(func(n *Requests) { n.Reads++ })
	if refused := sb.mayRead(c); refused != nil {
		return *refused
	}
	if !ofDigits(c.path[1]) {
		return refuse(invalidURL)
	}
	sb.mu.Lock()
	defer sb.mu.Unlock()
	rec := sb.store.find(c.path[0], c.path[1])
	if rec == nil {
		return refuse(invalidID, "id", c.path[1])
	}
	return reply(http.StatusOK, map[string]any{"data": []any{sb.wire(c, rec)}})
}

// list answers with the records of a module, or with those named by ids.
func (sb *Sandbox) list(c call) answer {
	sb.count(func(n *Requests) { n.Reads++ })
	if refused := sb.mayRead(c); refused != nil {
		return *refused
	}
	if !c.inQuery() && c.query.Get("fields") == "" {
		return refuse(paramMissing, "param_name", "fields")
	}
	sb.mu.Lock()
	defer sb.mu.Unlock()
	if c.query.Get("ids") == "" {
		return sb.pageOf(c, sb.store.all(c.path[0]))
	}
	ids := strings.Split(c.query.Get("ids"), ",")
	if len(ids) > maxIDs {
		return refuse(limitExceeded, "param_name", "ids", "limit", maxIDs)
	}
	var found []*record
	for _, id := range distinct(ids) {
		if !ofDigits(id) {
			return refuse(invalidID, "param_name", "ids", "expected_data_type", "bigint")
		}
		if rec := sb.store.find(c.path[0], id); rec != nil {
			found = append(found, rec)
		}
	}
	return sb.pageOf(c, found)
}

func (sb *Sandbox) mayRead(c call) *answer {
	if re, ok := sb.checkModule(c, c.path[0]); !ok {
		return new(refuse(re))
	}
	if !c.allowed(c.path[0], "READ") {
		return new(refuse(scopeMismatch))
	}
	if !c.inQuery() && strings.Count(c.query.Get("fields"), ",") >= maxFields {
		return new(refuse(limitExceeded, "param_name", "fields", "limit", maxFields))
	}
	return nil
}

// pageOf answers with one page of the records. The caller must hold the lock.
func (sb *Sandbox) pageOf(c call, records []*record) answer {
	number, err := positive(c.query.Get("page"), 1)
	if err != nil {
		return refuse(invalidData, "param_name", "page", "expected_data_type", "integer")
	}
	size, err := positive(c.query.Get("per_page"), maxPage)
	if err != nil || size > maxPage {
		return refuse(invalidData, "param_name", "per_page", "expected_data_type", "integer", "maximum", maxPage)
	}
	start := len(records)
	if number-1 <= len(records)/size {
		start = min((number-1)*size, len(records))
	}
	end := min(start+size, len(records))
	if start == end {
		return noContent()
	}
	data := make([]any, 0, end-start)
	for _, rec := range records[start:end] {
		data = append(data, sb.wire(c, rec))
	}
	return reply(http.StatusOK, map[string]any{
		"data": data,
		"info": pageInfo{PerPage: size, Count: len(data), Page: number, MoreRecords: end < len(records)},
	})
}

func positive(text string, otherwise int) (int, error) {
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err == nil && n < 1 {
		err = strconv.ErrRange
	}
	return n, err
}

// wire returns a record as in an answer, with the requested fields or all fields. A field
// that only other records of the module have is null.
func (sb *Sandbox) wire(c call, rec *record) map[string]any {
	asked := func(string) bool { return true }
	if list := c.query.Get("fields"); list != "" {
		names := strings.Split(list, ",")
		asked = func(name string) bool { return slices.Contains(names, name) }
	}
	fields := map[string]any{"id": sb.wireID(rec.id)}
	if asked("Tag") {
		fields["Tag"] = wireTags(c.version, rec.tags)
	}
	for _, name := range sb.store.fields(c.path[0]) {
		if asked(name) {
			fields[name] = rec.fields[name]
		}
	}
	return fields
}
