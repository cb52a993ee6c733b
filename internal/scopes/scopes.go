package scopes

import (
	"slices"
	"strings"

	"untag/internal/crmname"
	"untag/internal/rules"
)

// Need is something that a credential must be allowed to do.
type Need struct {
	// Scope is the smallest scope that allows it.
	Scope string
	// Why says what needs it: "rule `a` and rule `b` remove tags".
	Why string
	// enough are the scopes of which one is enough, Scope among them.
	enough []string
}

// granted reports whether one of the scopes is enough. Upper and lower case are the same.
func (n Need) granted(scopes []string) bool {
	return slices.ContainsFunc(scopes, func(scope string) bool {
		return slices.ContainsFunc(n.enough, func(one string) bool { return strings.EqualFold(one, scope) })
	})
}

// Of lists what the enabled rules of a file and its subscriptions need, each once.
func Of(set *rules.Rules) []Need {
	var l list
	for _, t := range set.Targets() {
		rule := "rule `" + t.Rule + "`"
		l.add(module(t.Module, "WRITE"), rule, "to remove tags")
		if t.Read || t.Search {
			l.add(module(t.Module, "READ"), rule, "to read records")
		}
		if t.Search {
			const search = "ZohoSearch.securesearch.READ"
			l.add([]string{search, "ZohoSearch.securesearch.ALL"}, rule, "to search for records")
		}
	}
	for _, s := range set.Sources() {
		if len(s.Watch.Events) > 0 {
			l.add([]string{"ZohoCRM.notifications.ALL"}, "source `"+s.Name+"`", "to subscribe to notifications")
		}
	}
	return l
}

// OfDoctor lists what untag doctor needs in addition, to look at the account.
func OfDoctor() []Need {
	var needs []Need
	for _, one := range []string{"modules", "fields", "tags", "automation_actions"} {
		scope := "ZohoCRM.settings." + one
		needs = append(needs, Need{Scope: scope + ".READ", Why: "untag doctor", enough: []string{scope + ".READ", scope + ".ALL", "ZohoCRM.settings.READ", "ZohoCRM.settings.ALL"}})
	}
	return needs
}

// Missing returns the needs that no scope covers.
func Missing(needs []Need, granted []string) []Need {
	return slices.DeleteFunc(slices.Clone(needs), func(n Need) bool { return n.granted(granted) })
}

// Text returns the scopes of needs as Zoho's API console takes them.
func Text(needs []Need) string {
	var names []string
	for _, n := range needs {
		names = append(names, n.Scope)
	}
	return strings.Join(names, ",")
}

type list []Need

// add notes that something needs one of several scopes, the first of which is the smallest.
func (l *list) add(enough []string, who, what string) {
	i := slices.IndexFunc(*l, func(n Need) bool { return n.Scope == enough[0] })
	if i < 0 {
		*l = append(*l, Need{Scope: enough[0], Why: who + " needs it " + what, enough: enough})
		return
	}
	n := &(*l)[i]
	if others, _, _ := strings.Cut(n.Why, " need"); !slices.Contains(strings.Split(others, ", "), who) {
		n.Why = others + ", " + who + " need it " + what
	}
}

// module returns the scopes that allow an operation on a module, "" for any module.
func module(name, operation string) []string {
	const all = "ZohoCRM.modules."
	if name == "" {
		return []string{all + "ALL", all + operation}
	}
	name = scopeName(name)
	return []string{all + name + "." + operation, all + name + ".ALL", all + operation, all + "ALL"}
}

// scopeName returns the name of a module in scopes: without separators, in lower case, and
// `custom` for any module that is not standard.
func scopeName(module string) string {
	if !slices.Contains(crmname.Modules(), module) {
		return "custom"
	}
	return strings.ToLower(strings.ReplaceAll(module, "_", ""))
}
