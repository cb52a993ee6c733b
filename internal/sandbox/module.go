package sandbox

import (
	"slices"
	"strings"
)

// standardModules are the modules every account has, by their API names.
func standardModules() []string {
	return []string{
		"Leads", "Accounts", "Contacts", "Deals", "Campaigns", "Tasks", "Cases", "Events", "Calls",
		"Solutions", "Products", "Vendors", "Price_Books", "Quotes", "Sales_Orders", "Purchase_Orders",
		"Invoices", "Activities",
	}
}

// activityModules hold the records of "Activities".
func activityModules() []string { return []string{"Tasks", "Events", "Calls"} }

func standard(module string) bool { return slices.Contains(standardModules(), module) }

// checkModule tells whether a module can be asked for its records, in the version of
// the call: Activities went away with v3.
func (sb *Sandbox) checkModule(c call, module string) (refusal, bool) {
	switch {
	case module == "Documents" || module == "Projects" || module == "Activities" && !c.inQuery():
		return noModuleInAPI, false
	case standard(module) || sb.store.has(module):
		return refusal{}, true
	}
	return invalidModule, false
}

// scopeName is how a scope names a module: lower case, without separators,
// "custom" for any that is not standard.
func scopeName(module string) string {
	if !standard(module) {
		return "custom"
	}
	return strings.ToLower(strings.ReplaceAll(module, "_", ""))
}

// allowed tells whether the scope covers an operation ("WRITE" or "READ") on a
// module's records.
func (sb *Sandbox) allowed(module, operation string) bool {
	return sb.granted("ZohoCRM.modules.ALL", "ZohoCRM.modules."+operation,
		"ZohoCRM.modules."+scopeName(module)+".ALL", "ZohoCRM.modules."+scopeName(module)+"."+operation)
}

func (sb *Sandbox) granted(scopes ...string) bool {
	return slices.ContainsFunc(scopes, func(s string) bool { return sb.scopes[strings.ToLower(s)] })
}
