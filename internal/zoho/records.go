package zoho

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"untag/internal/crmname"
)

const readRecords = "read records"

// leastRecords is how many records an answer is taken to have at least: one alone may be
// long, where people wrote into all its fields.
const leastRecords = 4

// Record is a record as the CRM has it: fields by their API names. Its values are
// string, bool, int, float64, nil, []any and map[string]any; numbers keep every digit,
// as those of event.Event do. "id" is a string of digits.
type Record map[string]any

// ID is the record's id.
func (r Record) ID() string {
	id, _ := r["id"].(string)
	return id
}

// Records reads 1 to 100 records of one module, in the order of the answer, with the
// named fields; nil fields ask for all of them, which API v3 and later do not give: Zoho
// then answers REQUIRED_PARAM_MISSING. An id that is named twice counts once; records
// that do not exist are left out. The error is an *Error. See
// https://www.zoho.com/crm/developer/docs/api/v2/get-records.html. Scope:
// ZohoCRM.modules.{module}.READ.
func (c *Client) Records(ctx context.Context, module string, ids, fields []string) ([]Record, error) {
	name, err := crmname.ModuleAPIName(module)
	if err != nil {
		return nil, refused(readRecords, err)
	}
	ids = distinct(ids)
	if err := checkList("ids", ids, MaxIDs, crmname.CheckID); err != nil {
		return nil, refused(readRecords, err)
	}
	query := "ids=" + escapedList(ids)
	if len(fields) > 0 {
		query += "&fields=" + escapedList(fields)
	}
	result, err := c.list(ctx, call{operation: readRecords, method: http.MethodGet, path: "/" + name, query: query, elements: max(len(ids), leastRecords)}, fields)
	if failed, ok := errors.AsType[*Error](err); ok && len(ids) == 1 {
		failed.Record = ids[0]
	}
	return slices.DeleteFunc(result.Records, func(r Record) bool { return !slices.Contains(ids, r.ID()) }), err
}
