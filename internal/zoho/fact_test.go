package zoho_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"untag/internal/zoho"
)

// TestDetailsAreInTheMessage: names and limits appear, values never do.
func TestDetailsAreInTheMessage(t *testing.T) {
	tests := map[string]struct{ details, want string }{
		"names":               {`{"api_name":"Stage","param_name":"ids"}`, "a message (api_name: Stage, param_name: ids)"},
		"a limit":             {`{"maximum_length":25,"api_name":"name"}`, "a message (maximum_length: 25, api_name: name)"},
		"a path":              {`{"json_path":"$.tags[0].name","expected_data_type":"string"}`, "a message (json_path: $.tags[0].name, expected_data_type: string)"},
		"permissions":         {`{"permissions":["Crm_Implied_View_Deals","Crm_Implied_Edit_Deals"]}`, "a message (permissions: Crm_Implied_View_Deals and Crm_Implied_Edit_Deals)"},
		"a place in the URL":  {`{"resource_path_index":0}`, "a message (resource_path_index: 0)"},
		"nested":              {`{"ambiguity_due_to":[{"api_name":"id","json_path":"$.a.id","id":"secret"},{"api_name":"name"}]}`, "a message (api_name: id, json_path: $.a.id, api_name: name)"},
		"a limit of its own":  {`{"limit_due_to":[{"limit":100,"json_path":"$.ids"}],"limit":100}`, "a message (limit: 100, json_path: $.ids, limit: 100)"},
		"unknown":             {`{"secret":"secret","value":7}`, "a message"},
		"an address":          {`{"api_name":"secret@example.com"}`, "a message"},
		"an id":               {`{"limit":"2445013000000402006"}`, "a message"},
		"a page":              {`{"api_name":"<secret>"}`, "a message"},
		"line breaks":         {`{"api_name":"a\nsecret"}`, "a message"},
		"too long":            {`{"api_name":"` + strings.Repeat("secret", 20) + `"}`, "a message"},
		"too deep":            {`{"mapped_field":{"mapped_field":{"mapped_field":{"mapped_field":{"api_name":"secret"}}}}}`, "a message"},
		"an object":           {`{"api_name":{"secret":"secret"}}`, "a message"},
		"true, null and null": {`{"limit":true,"api_name":null,"param_name":[null]}`, "a message"},
		"none":                {`{}`, "a message"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for shape, body := range map[string]string{
				"flat": problem("NO_PERMISSION", "a message", tt.details), "of a record": inData(problem("NO_PERMISSION", "a message", tt.details)),
				"of a tag": `{"tags":[` + problem("NO_PERMISSION", "a message", tt.details) + `]}`,
			} {
				e := serving(t, says(400, body))
				got, err := client(t, e, "v8", &aToken{}).RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
				if err == nil {
					err = got[0].Err
				}
				z, ok := errors.AsType[*zoho.Error](err)
				if !ok || z.Message != tt.want || strings.Contains(err.Error(), "secret") {
					t.Errorf("%s: error %v, want the message %q", shape, err, tt.want)
				}
			}
			e := serving(t, says(400, problem("NO_PERMISSION", "a message", tt.details)))
			_, err := client(t, e, "v8", &aToken{}).Records(t.Context(), "Deals", []string{one}, nil)
			if z, ok := errors.AsType[*zoho.Error](err); !ok || z.Message != tt.want {
				t.Errorf("reading: error %v, want the message %q", err, tt.want)
			}
		})
	}
}

func TestDetailsAreShort(t *testing.T) {
	many := `{` + strings.Repeat(`"api_name":"a_name_of_a_field",`, 500) + `"permissions":["p"` + strings.Repeat(`,"permission"`, 5000) + `]}`
	e := serving(t, says(400, problem("NO_PERMISSION", strings.Repeat("é", 5000), many)))
	_, err := client(t, e, "v8", &aToken{}).RemoveTags(t.Context(), "Deals", []string{one, two, three, "1", "2"}, []string{"x"})
	z, ok := errors.AsType[*zoho.Error](err)
	if !ok || z.Code != "NO_PERMISSION" || utf8.RuneCountInString(z.Message) > 410 || !strings.Contains(z.Message, "api_name: a_name") {
		t.Errorf("RemoveTags = %v, want a short message", err)
	}
	e = serving(t, says(400, `{"code":"NO_PERMISSION","details":{"param_name":"ids"}}`))
	_, err = client(t, e, "v8", &aToken{}).RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
	if z, ok := errors.AsType[*zoho.Error](err); !ok || z.Message != "param_name: ids" {
		t.Errorf("RemoveTags without a message = %v, want its details", err)
	}
}
