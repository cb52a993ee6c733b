package zoho

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
)

// maxSettings is how many modules, fields or tags an answer may list.
const maxSettings = 1000

// Modules lists the API names of the account's modules that the API offers. Scope:
// ZohoCRM.settings.modules.READ. See
// https://www.zoho.com/crm/developer/docs/api/v8/modules-api.html.
func Modules(ctx context.Context, c *Client) ([]string, error) {
	var list []struct {
		Name      string `json:"api_name"`
		Supported *bool  `json:"api_supported"`
	}
	if err := c.settings(ctx, "modules", "", &list); err != nil {
		return nil, err
	}
	var names []string
	for _, one := range list {
		if one.Name != "" && (one.Supported == nil || *one.Supported) {
			names = append(names, one.Name)
		}
	}
	return names, nil
}

// Fields lists the API names of the fields of a module. Scope: ZohoCRM.settings.fields.READ.
// See https://www.zoho.com/crm/developer/docs/api/v8/field-meta.html.
func Fields(ctx context.Context, c *Client, module string) ([]string, error) {
	var list []struct {
		Name string `json:"api_name"`
	}
	err := c.settings(ctx, "fields", module, &list)
	var names []string
	for _, one := range list {
		names = append(names, one.Name)
	}
	return names, err
}

// TagNames lists the tags of a module. Scope: ZohoCRM.settings.tags.READ. See
// https://www.zoho.com/crm/developer/docs/api/v8/get-tag-list.html.
func TagNames(ctx context.Context, c *Client, module string) ([]string, error) {
	var list []struct {
		Name string `json:"name"`
	}
	err := c.settings(ctx, "tags", module, &list)
	var names []string
	for _, one := range list {
		names = append(names, one.Name)
	}
	return names, err
}

func (c *Client) settings(ctx context.Context, what, module string, into any) error {
	query := ""
	if module != "" {
		query = "module=" + url.QueryEscape(module)
	}
	list, _, err := c.elements(ctx, call{operation: "list " + what, method: http.MethodGet, path: "/settings/" + what, query: query, elements: maxSettings, in: what})
	if err != nil {
		return err
	}
	return decodeAll("list "+what, list, into)
}

// decodeAll decodes elements. Its error quotes none of them.
func decodeAll(operation string, list []json.RawMessage, into any) error {
	text, err := json.Marshal(list)
	if err != nil || json.Unmarshal(text, into) != nil {
		return &Error{Operation: operation, Code: CodeUnreadable, Message: "the answer has another form than documented"}
	}
	return nil
}

// WebhookFailure is a webhook of a workflow rule that Zoho could not deliver.
type WebhookFailure struct {
	// Name is that of the webhook in Zoho CRM.
	Name string
	// Module is the module of the record, "" if unknown.
	Module string
	// Reason is the answer's status or what Zoho says of it, "" if unknown.
	Reason string
}

// WebhookFailures lists up to 200 webhooks that failed in the last 30 days. It needs a client
// of v8. Scope: ZohoCRM.settings.automation_actions.READ. See
// https://www.zoho.com/crm/developer/docs/api/v8/get-webhook-failures.html.
func WebhookFailures(ctx context.Context, c *Client) ([]WebhookFailure, error) {
	const operation = "list failed webhooks"
	list, _, err := c.elements(ctx, call{operation: operation, method: http.MethodGet, path: "/settings/automation/webhook_failures", elements: maxPage, in: "webhook_failures"})
	if err != nil {
		return nil, err
	}
	failures := make([]WebhookFailure, len(list))
	for i, raw := range list {
		var one map[string]any
		if json.Unmarshal(raw, &one) != nil {
			continue
		}
		failures[i] = WebhookFailure{
			Name: nameIn(one["webhook"]), Module: messageText(nameIn(one["module"])),
			Reason: messageText(firstText(one, "response_code", "http_status", "failure_reason", "reason", "error_message")),
		}
		failures[i].Name = messageText(failures[i].Name)
	}
	return failures, nil
}

// nameIn returns a name that is a text, or a member of an object.
func nameIn(value any) string {
	if object, ok := value.(map[string]any); ok {
		return firstText(object, "name", "api_name")
	}
	text, _ := value.(string)
	return text
}

// firstText returns the first of these members that is a text or a number.
func firstText(object map[string]any, names ...string) string {
	for _, name := range names {
		switch value := object[name].(type) {
		case string:
			if value != "" {
				return value
			}
		case float64:
			return strconv.FormatFloat(value, 'f', -1, 64)
		}
	}
	return ""
}
