package zoho

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"

	"untag/internal/crmname"
)

const readRecords = "read records"

// leastRecords is how many records an answer may always be as long as: one alone may be
// long, if people wrote into all its fields.
const leastRecords = 4

// Record is a record of the CRM: fields by their API names. Its values are string, bool,
// int, float64, nil, []any and map[string]any; numbers keep every digit, as in event.Event.
// "id" is a string of digits.
type Record map[string]any

// ID returns the record's id.
func (r Record) ID() string {
	id, _ := r["id"].(string)
	return id
}

// maxFields is how many fields one call may name from v3 on.
const maxFields = 50

// Records reads 1 to 100 records of one module, in the order of the answer, with the
// named fields, or with all fields if fields is nil. An id that is named twice counts once;
// records that do not exist are left out. It makes one call; from v3 on, it makes one for
// every 50 fields, or one for each record if fields is nil (see RecordsAtOnce). The error
// is an *Error. See
// https://www.zoho.com/crm/developer/docs/api/v8/get-records.html. Scope:
// ZohoCRM.modules.{module}.READ.
func (c *Client) Records(ctx context.Context, module string, ids, fields []string) ([]Record, error) {
	name, err := c.moduleName(module)
	if err != nil {
		return nil, refused(readRecords, err)
	}
	ids = distinct(ids)
	if err := checkList("ids", ids, MaxIDs, crmname.CheckID); err != nil {
		return nil, refused(readRecords, err)
	}
	fields = distinct(fields)
	switch {
	case c.RecordsAtOnce(fields) == 1:
		return c.readEach(ctx, name, ids)
	case len(fields) > maxFields && !c.inQuery():
		return c.readInParts(ctx, name, ids, fields)
	}
	return c.readList(ctx, name, ids, fields)
}

// RecordsAtOnce returns how many records one request of Records reads with these fields, nil
// for all of them: from v3 on, only a record's own address returns all fields.
func (c *Client) RecordsAtOnce(fields []string) int {
	if len(fields) == 0 && !c.inQuery() {
		return 1
	}
	return MaxIDs
}

func (c *Client) readList(ctx context.Context, module string, ids, fields []string) ([]Record, error) {
	query := "ids=" + escapedList(ids)
	if len(fields) > 0 {
		query += "&fields=" + escapedList(fields)
	}
	return c.read(ctx, call{operation: readRecords, method: http.MethodGet, path: "/" + module, query: query, elements: max(len(ids), leastRecords)}, ids, fields)
}

// readEach reads records one by one, each at its own address. If there is no such record,
// Zoho answers with an error.
func (c *Client) readEach(ctx context.Context, module string, ids []string) ([]Record, error) {
	var records []Record
	for _, id := range ids {
		one, err := c.read(ctx, call{operation: readRecords, method: http.MethodGet, path: "/" + module + "/" + id, elements: leastRecords}, []string{id}, nil)
		if failed, ok := errors.AsType[*Error](err); ok && !failed.Gone() {
			return nil, err
		}
		records = append(records, one...)
	}
	return records, nil
}

// readInParts reads maxFields fields at a time. A record that is missing in one of the
// answers was deleted in between.
func (c *Client) readInParts(ctx context.Context, module string, ids, fields []string) ([]Record, error) {
	var records []Record
	for part := range slices.Chunk(fields, maxFields) {
		read, err := c.readList(ctx, module, ids, part)
		if err != nil {
			return nil, err
		}
		if records == nil {
			records = read
			continue
		}
		more := make(map[string]Record, len(read))
		for _, r := range read {
			more[r.ID()] = r
		}
		records = slices.DeleteFunc(records, func(r Record) bool { return more[r.ID()] == nil })
		for _, r := range records {
			maps.Copy(r, more[r.ID()])
		}
	}
	return records, nil
}

// read makes one call and returns the requested records of its answer.
func (c *Client) read(ctx context.Context, call call, ids, fields []string) ([]Record, error) {
	result, err := c.list(ctx, call, fields)
	if failed, ok := errors.AsType[*Error](err); ok && len(ids) == 1 {
		failed.Record = ids[0]
	}
	return slices.DeleteFunc(result.Records, func(r Record) bool { return !slices.Contains(ids, r.ID()) }), err
}
