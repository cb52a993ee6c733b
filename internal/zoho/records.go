package zoho

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"untag/internal/crmname"
	"untag/internal/jsonvalue"
)

const readRecords = "read records"

// Record is a record as the CRM has it: fields by their API names. Whole numbers are
// int, "id" is a string of digits.
type Record map[string]any

// ID is the record's id.
func (r Record) ID() string {
	switch id := r["id"].(type) {
	case string:
		return id
	case int:
		return fmt.Sprint(id)
	}
	return ""
}

// Tags are the names of the record's tags.
func (r Record) Tags() []string {
	list, _ := r["Tag"].([]any)
	var names []string
	for _, item := range list {
		switch tag := item.(type) {
		case string:
			names = append(names, tag)
		case map[string]any:
			if name, ok := tag["name"].(string); ok {
				names = append(names, name)
			}
		}
	}
	return names
}

// Records reads up to 100 records of one module, with the named fields; nil fields
// ask for all of them, which API v3 and later do not give. Records that do not exist
// are left out. See https://www.zoho.com/crm/developer/docs/api/v2/get-records.html.
// Scope: ZohoCRM.modules.{module}.READ.
func (c *Client) Records(ctx context.Context, module string, ids, fields []string) ([]Record, error) {
	name, err := crmname.ModuleAPIName(module)
	if err != nil {
		return nil, refused(readRecords, err)
	}
	if err := checkList("ids", ids, MaxIDs, crmname.CheckID); err != nil {
		return nil, refused(readRecords, err)
	}
	query := "ids=" + escapedList(ids)
	if len(fields) > 0 {
		query += "&fields=" + escapedList(fields)
	}
	result, err := c.list(ctx, call{operation: readRecords, method: http.MethodGet, path: "/" + name, query: query})
	return result.Records, err
}

// Search is what to look for: one of Email, Phone and Criteria.
type Search struct {
	Email, Phone string
	// Criteria have to hold all together.
	Criteria []Criterion
	// Fields to read beside the ones compared; nil for all.
	Fields []string
}

// Criterion is a field that equals a value.
type Criterion struct{ Field, Value string }

// SearchResult is what a search found.
type SearchResult struct {
	// Records are the first page, up to 200.
	Records []Record
	// More says that there are further pages.
	More bool
}

const searchRecords = "search records"

// Search looks for records of one module. Zoho's index lags behind a change, its
// "equals" acts like "contains", and email and phone look in every field of that
// kind: compare what comes back with Matches. See
// https://www.zoho.com/crm/developer/docs/api/v2/search-records.html. Scopes:
// ZohoCRM.modules.{module}.READ and ZohoSearch.securesearch.READ.
func (c *Client) Search(ctx context.Context, module string, search Search) (SearchResult, error) {
	name, err := crmname.ModuleAPIName(module)
	if err != nil {
		return SearchResult{}, refused(searchRecords, err)
	}
	query, err := searchQuery(search)
	if err != nil {
		return SearchResult{}, refused(searchRecords, err)
	}
	return c.list(ctx, call{operation: searchRecords, method: http.MethodGet, path: "/" + name + "/search", query: query})
}

func searchQuery(s Search) (string, error) {
	var given []string
	if s.Email != "" {
		given = append(given, "email="+url.QueryEscape(s.Email))
	}
	if s.Phone != "" {
		given = append(given, "phone="+url.QueryEscape(s.Phone))
	}
	if len(s.Criteria) > 0 {
		given = append(given, "criteria="+url.QueryEscape(criteria(s.Criteria)))
	}
	if len(given) != 1 {
		return "", fmt.Errorf("a search takes one of email, phone and criteria, this one has %d", len(given))
	}
	if len(s.Fields) > 0 {
		given = append(given, "fields="+escapedList(s.Fields))
	}
	return strings.Join(given, "&"), nil
}

func criteria(list []Criterion) string {
	parts := make([]string, len(list))
	for i, c := range list {
		parts[i] = "(" + c.Field + ":equals:" + escapeCriterion(c.Value) + ")"
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "(" + strings.Join(parts, "and") + ")"
}

// escapeCriterion keeps a value from ending its criterion: parentheses, commas and
// backslashes have a meaning there.
func escapeCriterion(value string) string {
	return strings.NewReplacer(`\`, `\\`, `(`, `\(`, `)`, `\)`, `,`, `\,`).Replace(value)
}

// list reads an answer with records; 204, or an empty list, is none.
func (c *Client) list(ctx context.Context, call call) (SearchResult, error) {
	a, failed := c.do(ctx, call)
	if failed != nil {
		return SearchResult{}, failed
	}
	if a.status == http.StatusNoContent || a.status == http.StatusNotModified {
		return SearchResult{}, nil
	}
	if a.status < 200 || a.status > 299 {
		return SearchResult{}, listError(call.operation, a)
	}
	value, err := jsonvalue.Decode(a.body)
	if err != nil {
		return SearchResult{}, unreadable(call.operation, a, "the answer is no JSON")
	}
	return records(call.operation, a, value)
}

func listError(operation string, a answer) *Error {
	body, failed := read(operation, a)
	if failed != nil {
		return failed
	}
	if len(body.Data) > 0 {
		return elementError(operation, a, body.Data[0], "")
	}
	if failed := whole(operation, a, body); failed != nil {
		return failed
	}
	return unreadable(operation, a, "the answer has no code")
}

func records(operation string, a answer, value any) (SearchResult, error) {
	object, _ := value.(map[string]any)
	data, ok := object["data"].([]any)
	if !ok {
		return SearchResult{}, unreadable(operation, a, "the answer has no data")
	}
	var result SearchResult
	for _, item := range data {
		fields, ok := item.(map[string]any)
		if !ok || Record(fields).ID() == "" {
			return SearchResult{}, unreadable(operation, a, "the answer has a record without an id")
		}
		result.Records = append(result.Records, fields)
	}
	info, _ := object["info"].(map[string]any)
	result.More, _ = info["more_records"].(bool)
	return result, nil
}
