package sandbox

import (
	"net/http"
	"slices"
)

// tagsOf answers with the tags of a module:
// https://www.zoho.com/crm/developer/docs/api/v8/get-tag-list.html
func (sb *Sandbox) tagsOf(c call) answer {
	module := c.query.Get("module")
	if module == "" {
		return refuse(paramMissing, "param_name", "module")
	}
	if re, ok := sb.checkModule(c, module); !ok {
		return refuse(re)
	}
	sb.mu.Lock()
	names := append(sb.store.tags(module), sb.config.Tags[module]...)
	sb.mu.Unlock()
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) == 0 {
		return noContent()
	}
	return reply(http.StatusOK, map[string]any{
		"tags": wireTags(c.version, names),
		"info": map[string]any{"count": len(names), "allowed_count": maxModuleTags},
	})
}

// maxModuleTags is how many tags a module may have.
const maxModuleTags = 100

// tags returns the names of the tags that a module's records had at first or have now.
func (s *store) tags(name string) []string {
	var names []string
	if m := s.modules[name]; m != nil {
		names = append(names, m.tags...)
	}
	for _, rec := range s.all(name) {
		names = append(names, rec.tags...)
	}
	return names
}

// webhookFailures answers with the webhooks that failed:
// https://www.zoho.com/crm/developer/docs/api/v8/get-webhook-failures.html
func (sb *Sandbox) webhookFailures(c call) answer {
	if !c.granted("ZohoCRM.settings.ALL", "ZohoCRM.settings.READ",
		"ZohoCRM.settings.automation_actions.ALL", "ZohoCRM.settings.automation_actions.READ") {
		return refuse(scopeMismatch)
	}
	failures := sb.config.WebhookFailures
	if len(failures) == 0 {
		return noContent()
	}
	return reply(http.StatusOK, map[string]any{
		"webhook_failures": failures,
		"info":             pageInfo{PerPage: maxPage, Count: len(failures), Page: 1},
	})
}
