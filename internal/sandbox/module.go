package sandbox

import (
	"slices"
	"strings"
)

// standardModules returns the API names of the modules that every account has.
func standardModules() []string {
	return []string{
		"Leads", "Accounts", "Contacts", "Deals", "Campaigns", "Tasks", "Cases", "Events", "Calls",
		"Solutions", "Products", "Vendors", "Price_Books", "Quotes", "Sales_Orders", "Purchase_Orders",
		"Invoices", "Activities",
	}
}

// activityModules returns the modules whose records "Activities" contains.
func activityModules() []string { return []string{"Tasks", "Events", "Calls"} }

func standard(module string) bool { return slices.Contains(standardModules(), module) }

// checkModule reports whether the version of the call offers a module's records, and
// otherwise returns the error. Activities no longer exists from v3 on.
func (sb *Sandbox) checkModule(c call, module string) (refusal, bool) {
	switch {
	case module == "Documents" || module == "Projects" || module == "Activities" && !c.inQuery():
		return noModuleInAPI, false
	case standard(module) || sb.store.has(module):
		return refusal{}, true
	}
	return invalidModule, false
}

// scopeName returns a module's name in scopes: lower case, without separators, and
// "custom" for any module that is not standard.
func scopeName(module string) string {
	if !standard(module) {
		return "custom"
	}
	return strings.ToLower(strings.ReplaceAll(module, "_", ""))
}

// allowed reports whether the token's scope covers an operation ("WRITE" or "READ") on a
// module's records.
func (c call) allowed(module, operation string) bool {
	return c.granted("ZohoCRM.modules.ALL", "ZohoCRM.modules."+operation,
		"ZohoCRM.modules."+scopeName(module)+".ALL", "ZohoCRM.modules."+scopeName(module)+"."+operation)
}

// granted reports whether the token has one of these scopes.
func (c call) granted(scopes ...string) bool {
	has := namesIn(c.scope)
	return slices.ContainsFunc(scopes, func(wanted string) bool {
		return slices.ContainsFunc(has, func(scope string) bool { return strings.EqualFold(scope, wanted) })
	})
}

// namesIn returns the names in a scope, which are separated by spaces or commas.
func namesIn(scope string) []string {
	return strings.FieldsFunc(scope, func(r rune) bool { return r == ' ' || r == ',' })
}
