package crmname

import (
	"fmt"
	"strings"
)

// maxModule bounds a module's name; Zoho's own are far shorter.
const maxModule = 100

// Modules returns the API names of the standard modules that have tags, in the
// order of Zoho's documentation:
// https://www.zoho.com/crm/developer/docs/api/v2/remove-tags.html
func Modules() []string {
	return []string{
		"Leads", "Accounts", "Contacts", "Deals", "Campaigns", "Tasks", "Cases",
		"Events", "Calls", "Solutions", "Products", "Vendors", "Price_Books", "Quotes",
		"Sales_Orders", "Purchase_Orders", "Invoices", "Custom", "Activities",
	}
}

// ModuleAPIName returns the API name of a module. A standard module may be given
// by its display name ("Price Books"), its API name ("Price_Books") or the name
// that OAuth scopes use ("pricebooks"), in any case. Any other name is that of a
// custom module and passes unchanged if it is a possible API name: a letter, then
// letters, digits and underscores, at most 100 in all.
func ModuleAPIName(name string) (string, error) {
	folded := fold(name)
	for _, m := range Modules() {
		if fold(m) == folded && strings.TrimSpace(name) == name {
			return m, nil
		}
	}
	if name == "" {
		return "", fmt.Errorf("the module's name is empty")
	}
	if len(name) > maxModule {
		return "", fmt.Errorf("a module's name has at most %d characters, this one has %d", maxModule, len(name))
	}
	for i := range len(name) {
		if c := name[i]; !isLetter(c) && (i == 0 || !isDigit(c) && c != '_') {
			return "", fmt.Errorf("%q is no module's API name: a letter, then letters, digits and underscores", name)
		}
	}
	return name, nil
}

// fold makes display, API and scope names of one module equal.
func fold(name string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "_", "").Replace(name))
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
