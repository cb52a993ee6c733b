package zoho

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"untag/internal/crmname"
)

// Search is what to search for: one of Email, Phone and Criteria.
type Search struct {
	Email, Phone string
	// Region is the country, as two letters, of telephone numbers without a country code;
	// "" if unknown. Matches uses it; it is not sent.
	Region string
	// Criteria must all hold; 1 to 10.
	Criteria []Criterion
	// Fields are the fields to read; nil means all. Those of Criteria are read anyway. With
	// Email or Phone, Matches can compare only the fields that were read.
	Fields []string
}

// Criterion requires that a field, given by its API name, equals a non-empty value.
type Criterion struct{ Field, Value string }

// SearchResult holds what a search found.
type SearchResult struct {
	// Records are the first page, up to 200.
	Records []Record
	// More says that there are further pages.
	More bool
}

const searchRecords = "search records"

// maxCriteria is the most criteria one search may have.
const maxCriteria = 10

// Search finds records of one module. Zoho's index lags behind changes, its "equals" acts
// like "contains", and email and phone look in every field of that kind, so check the
// results with Matches. The error is an *Error. See
// https://www.zoho.com/crm/developer/docs/api/v2/search-records.html. Scopes:
// ZohoCRM.modules.{module}.READ and ZohoSearch.securesearch.READ.
func (c *Client) Search(ctx context.Context, module string, search Search) (SearchResult, error) {
	name, err := c.moduleName(module)
	if err != nil {
		return SearchResult{}, refused(searchRecords, err)
	}
	query, err := searchQuery(search)
	if err != nil {
		return SearchResult{}, refused(searchRecords, err)
	}
	return c.list(ctx, call{operation: searchRecords, method: http.MethodGet, path: "/" + name + "/search", query: query, elements: maxPage}, search.fields())
}

func searchQuery(s Search) (string, error) {
	var given []string
	if email := strings.TrimSpace(s.Email); email != "" {
		given = append(given, "email="+url.QueryEscape(email))
	}
	if phone := strings.TrimSpace(s.Phone); phone != "" {
		given = append(given, "phone="+url.QueryEscape(phone))
	}
	if len(s.Criteria) > 0 {
		if err := checkCriteria(s.Criteria); err != nil {
			return "", err
		}
		given = append(given, "criteria="+url.QueryEscape(criteria(s.Criteria)))
	}
	if len(given) != 1 {
		return "", fmt.Errorf("a search takes one of email, phone and criteria, but this one has %d", len(given))
	}
	if fields := s.fields(); len(fields) > 0 {
		given = append(given, "fields="+escapedList(fields))
	}
	return strings.Join(given, "&"), nil
}

// fields returns the fields to read: the requested ones and those that Matches compares.
func (s Search) fields() []string {
	if s.Fields == nil {
		return nil
	}
	fields := slices.Clone(s.Fields)
	for _, c := range s.Criteria {
		field, _, _ := strings.Cut(c.Field, ".")
		fields = append(fields, field)
	}
	return distinct(fields)
}

// checkCriteria checks that each field is a valid name, as names are not escaped, and that
// no value is empty, as that would match too much.
func checkCriteria(list []Criterion) error {
	if len(list) > maxCriteria {
		return fmt.Errorf("%d criteria, but one search takes 1 to %d", len(list), maxCriteria)
	}
	for _, c := range list {
		if !crmname.IsName(c.Field, "", "_.") {
			return fmt.Errorf("%q is not the API name of a field, which is a letter, then letters, digits, underscores and dots", c.Field)
		}
		if c.Value == "" {
			return fmt.Errorf("the value of the criterion for %s is empty", c.Field)
		}
	}
	return nil
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

// escapeCriterion keeps a value from ending its criterion. It puts a backslash before a
// parenthesis, a comma, and a backslash that would otherwise escape the next character,
// which may be the parenthesis that ends the criterion. Other backslashes stay as they are.
func escapeCriterion(value string) string {
	var out strings.Builder
	for i := range len(value) {
		c := value[i]
		last := i+1 == len(value)
		if strings.IndexByte("(),", c) >= 0 || c == '\\' && (last || strings.IndexByte(`(),\`, value[i+1]) >= 0) {
			out.WriteByte('\\')
		}
		out.WriteByte(c)
	}
	return out.String()
}
