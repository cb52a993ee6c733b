package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

const (
	userID = "5725767000000411001"
	orgID  = "5725767000000411015"
)

// about answers what Zoho's own clients request about an account first: users, org
// and settings.
func (sb *Sandbox) about(c call) answer {
	switch p := c.path; {
	case p[0] == "users" && len(p) == 1:
		if !c.granted("ZohoCRM.users.ALL", "ZohoCRM.users.READ") {
			return refuse(scopeMismatch)
		}
		return sb.users(c)
	case p[0] == "org" && len(p) == 1:
		if !c.granted("ZohoCRM.org.ALL", "ZohoCRM.org.READ") {
			return refuse(scopeMismatch)
		}
		return reply(http.StatusOK, map[string]any{"org": []any{map[string]any{
			"id": orgID, "zgid": "60001", "company_name": "Sandbox", "currency_locale": "en_US",
			"primary_email": "owner@example.com", "time_zone": "Etc/UTC", "mc_status": false,
			"license_details": map[string]any{"paid": false, "paid_type": "free"},
		}}})
	case p[0] == "settings" && len(p) == 2:
		return sb.settings(c, p[1])
	case p[0] == "settings" && len(p) == 3 && p[1] == "modules":
		return sb.settings(c, p[1])
	case len(p) == 3 && p[0] == "settings" && p[1] == "automation" && p[2] == "webhook_failures" && c.version == "v8":
		return sb.webhookFailures(c)
	}
	return refuse(invalidURL)
}

func (sb *Sandbox) users(c call) answer {
	switch c.query.Get("type") {
	case "CurrentUser", "AllUsers", "ActiveUsers", "AdminUsers", "":
		return reply(http.StatusOK, map[string]any{
			"users": []any{map[string]any{
				"id": userID, "zuid": "60002", "email": "owner@example.com", "full_name": "Sandbox Owner",
				"first_name": "Sandbox", "last_name": "Owner", "status": "active", "time_zone": "Etc/UTC",
				"role":    map[string]any{"name": "CEO", "id": "5725767000000026005"},
				"profile": map[string]any{"name": "Administrator", "id": "5725767000000026011"},
			}},
			"info": pageInfo{PerPage: maxPage, Count: 1, Page: 1},
		})
	}
	return noContent()
}

func (sb *Sandbox) settings(c call, what string) answer {
	if !c.granted("ZohoCRM.settings.ALL", "ZohoCRM.settings.READ",
		"ZohoCRM.settings."+what+".ALL", "ZohoCRM.settings."+what+".READ") {
		return refuse(scopeMismatch)
	}
	switch what {
	case "modules":
		return sb.modules(c)
	case "fields":
		return sb.fields(c)
	case "tags":
		return sb.tagsOf(c)
	}
	return refuse(invalidURL)
}

func (sb *Sandbox) modules(c call) answer {
	names := standardModules()
	if len(c.path) == 3 {
		if re, ok := sb.checkModule(c, c.path[2]); !ok {
			return refuse(re)
		}
		names = []string{c.path[2]}
	} else {
		names = append(names, sb.store.custom()...)
		names = slices.DeleteFunc(names, func(name string) bool { _, ok := sb.checkModule(c, name); return !ok })
	}
	list := make([]any, 0, len(names))
	for _, name := range names {
		generated := "default"
		if !standard(name) {
			generated = "custom"
		}
		list = append(list, map[string]any{
			"id": tagID("module " + name), "api_name": name, "module_name": name,
			"singular_label": strings.ReplaceAll(strings.TrimSuffix(name, "s"), "_", " "),
			"plural_label":   strings.ReplaceAll(name, "_", " "),
			"generated_type": generated, "api_supported": true, "editable": true, "viewable": true,
		})
	}
	return reply(http.StatusOK, map[string]any{"modules": list})
}

func (sb *Sandbox) fields(c call) answer {
	module := c.query.Get("module")
	if module == "" {
		return refuse(paramMissing, "param_name", "module")
	}
	if re, ok := sb.checkModule(c, module); !ok {
		return refuse(re)
	}
	list := []any{
		field("id", "bigint", "bigint"),
		field("Tag", "jsonarray", "text"),
	}
	sb.mu.Lock()
	names := sb.store.fields(module)
	sb.mu.Unlock()
	for _, name := range names {
		list = append(list, field(name, "string", "text"))
	}
	return reply(http.StatusOK, map[string]any{"fields": list})
}

func field(name, jsonType, dataType string) map[string]any {
	return map[string]any{
		"id": tagID("field " + name), "api_name": name, "field_label": strings.ReplaceAll(name, "_", " "),
		"json_type": jsonType, "data_type": dataType, "custom_field": false, "read_only": name == "id",
		"system_mandatory": false, "visible": true,
	}
}
