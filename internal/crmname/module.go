package crmname

import (
	"fmt"
	"slices"
	"strings"
)

// maxModule is the maximum length of a module's name; Zoho's own names are far shorter.
const maxModule = 100

// modules are the API names of the standard modules that have tags.
var modules = [...]string{
	"Leads", "Accounts", "Contacts", "Deals", "Campaigns", "Tasks", "Cases",
	"Events", "Calls", "Solutions", "Products", "Vendors", "Price_Books", "Quotes",
	"Sales_Orders", "Purchase_Orders", "Invoices", "Custom", "Activities",
}

// Modules returns the API names of the standard modules that have tags, in the
// order of Zoho's documentation:
// https://www.zoho.com/crm/developer/docs/api/v2/remove-tags.html
func Modules() []string { return slices.Clone(modules[:]) }

// ModuleAPIName returns the API name of a module. It accepts the display name of a
// standard module ("Price Books"), its API name ("Price_Books") and the name that
// OAuth scopes use ("pricebooks"), in upper or lower case. It takes any other name
// for a custom module and returns it unchanged if it can be an API name: a letter,
// then letters, digits and underscores, at most 100 characters.
func ModuleAPIName(name string) (string, error) {
	if strings.TrimSpace(name) == name {
		for _, m := range modules {
			if sameModule(m, name) {
				return m, nil
			}
		}
	}
	if name == "" {
		return "", fmt.Errorf("the module's name is empty")
	}
	if len(name) > maxModule {
		return "", fmt.Errorf("a module's name has at most %d characters, but this one has %d", maxModule, len(name))
	}
	if !IsName(name, "", "_") {
		return "", fmt.Errorf("%q is not the API name of a module, which is a letter, then letters, digits and underscores", name)
	}
	return name, nil
}

// labels are names that people know standard modules by, besides the API names: labels of
// Zoho's pages, of older versions, and of other CRMs.
var labels = [...]struct{ label, module string }{
	{"Potentials", "Deals"}, {"Opportunities", "Deals"}, {"Companies", "Accounts"}, {"Organizations", "Accounts"},
	{"Organisations", "Accounts"}, {"Customers", "Accounts"}, {"People", "Contacts"}, {"Persons", "Contacts"},
	{"Meetings", "Events"}, {"Appointments", "Events"}, {"Tickets", "Cases"},
}

// MeantModule returns the API name of the standard module that someone means who writes its
// singular (Deal) or another label (Potentials). It returns "" for any other name, and for
// those that ModuleAPIName knows. A CRM may have a module of its own with such a name.
func MeantModule(name string) string {
	for _, m := range modules {
		if m != "Custom" && sameModule(singular(m), name) {
			return m
		}
	}
	for _, l := range labels {
		if sameModule(l.label, name) || sameModule(singular(l.label), name) {
			return l.module
		}
	}
	return ""
}

func singular(plural string) string {
	if stem, ok := strings.CutSuffix(plural, "ies"); ok {
		return stem + "y"
	}
	return strings.TrimSuffix(plural, "s")
}

// sameModule reports whether a display, API or scope name is that of the module with this
// API name. Case, spaces and underscores make no difference.
func sameModule(api, name string) bool {
	i := 0
	for j := range len(name) {
		if j > 0 && (name[j] == ' ' || name[j] == '_') {
			continue
		}
		if i < len(api) && api[i] == '_' {
			i++
		}
		if i >= len(api) || api[i]|0x20 != name[j]|0x20 || !isLetter(name[j]) {
			return false
		}
		i++
	}
	return i == len(api)
}

// IsName reports whether a name begins with an ASCII letter or one of the characters in first,
// and continues with letters, digits and the characters in further. An API name has "" and "_".
func IsName(name, first, further string) bool {
	for i := range len(name) {
		c := name[i]
		if !isLetter(c) && (i > 0 || strings.IndexByte(first, c) < 0) && (i == 0 || !isDigit(c) && strings.IndexByte(further, c) < 0) {
			return false
		}
	}
	return name != ""
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
