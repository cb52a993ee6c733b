package zoho

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"

	"untag/internal/crmname"
	"untag/internal/jsonvalue"
)

// list reads an answer with records; 204, or an empty list, is none.
func (c *Client) list(ctx context.Context, call call) (SearchResult, error) {
	a, failed := c.do(ctx, call)
	if failed != nil {
		return SearchResult{}, failed
	}
	if a.status == http.StatusNoContent {
		return SearchResult{}, nil
	}
	object, ok := decode(a.body)
	data, hasData := object["data"].([]any)
	if !ok || !hasData || a.status < 200 || a.status > 299 {
		return SearchResult{}, listError(call.operation, a)
	}
	var result SearchResult
	for _, item := range data {
		fields, _ := item.(map[string]any)
		id, ok := recordID(fields["id"])
		if !ok {
			return SearchResult{}, listError(call.operation, a)
		}
		fields["id"] = id
		result.Records = append(result.Records, fields)
	}
	info, _ := object["info"].(map[string]any)
	result.More, _ = info["more_records"].(bool)
	return result, nil
}

// listError finds what an answer that is no list of records says instead.
func listError(operation string, a answer) *Error {
	body, failed := read(operation, a)
	if failed != nil {
		return failed
	}
	for _, e := range body.Data {
		if e.Code != "" && e.failed() {
			return elementError(operation, a, e, "")
		}
	}
	body.Data = nil
	if failed := whole(operation, a, body, ""); failed != nil {
		return failed
	}
	return unreadable(operation, a, "the answer has no records with ids")
}

func recordID(value any) (string, bool) {
	id, _ := value.(string)
	if n, ok := value.(int); ok {
		id = strconv.Itoa(n)
	}
	return id, crmname.CheckID(id) == nil
}

// decode reads a JSON object. It is laxer than jsonvalue.Decode, for a text that Zoho
// cut in the middle of an emoji must not hide the other records of an answer.
func decode(text []byte) (map[string]any, bool) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var object map[string]any
	if d.Decode(&object) != nil || object == nil {
		return nil, false
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, false
	}
	exact(object)
	return object, true
}

// exact gives every number in a value the type that keeps its digits.
func exact(value any) any {
	switch v := value.(type) {
	case json.Number:
		return jsonvalue.Number(v.String())
	case map[string]any:
		for name, item := range v {
			v[name] = exact(item)
		}
	case []any:
		for i, item := range v {
			v[i] = exact(item)
		}
	}
	return value
}
