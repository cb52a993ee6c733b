package crmname_test

import (
	"strings"
	"testing"

	"untag/internal/crmname"
)

func TestModuleAPIName(t *testing.T) {
	tests := map[string]string{
		"Deals": "Deals", "deals": "Deals", "LEADS": "Leads",
		"Price Books": "Price_Books", "Price_Books": "Price_Books", "pricebooks": "Price_Books",
		"Sales Orders": "Sales_Orders", "salesorders": "Sales_Orders", "Purchase Orders": "Purchase_Orders",
		"Custom_Module_1": "Custom_Module_1", "CustomModule12": "CustomModule12", "x": "x",
		"": "", " Deals": "", "Deals ": "", "1Deals": "", "_Deals": "", "My Module": "", "Deals/1": "", "..": "", "Dëals": "",
		"Deals?x=1": "", "Deals\n": "", strings.Repeat("a", 101): "", "Price  Books": "Price_Books", "Pric eBooks": "Price_Books",
	}
	for name, want := range tests {
		got, err := crmname.ModuleAPIName(name)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("ModuleAPIName(%q) = %q, %v, want %q", name, got, err, want)
		}
	}
	for _, m := range crmname.Modules() {
		if got, err := crmname.ModuleAPIName(strings.ReplaceAll(m, "_", " ")); got != m || err != nil {
			t.Errorf("ModuleAPIName of the display name of %s = %q, %v", m, got, err)
		}
	}
}

func TestCheckID(t *testing.T) {
	for id, ok := range map[string]bool{
		"1": true, "5725767000000524157": true, "18446744073709551615": true,
		"": false, "184467440737095516150": false, "12a": false, "../..": false, "-1": false, "1 ": false, "1,2": false, "١": false,
	} {
		if err := crmname.CheckID(id); (err == nil) != ok {
			t.Errorf("CheckID(%q) = %v, want ok %v", id, err, ok)
		}
	}
}

func TestCheckTag(t *testing.T) {
	for tag, ok := range map[string]bool{
		"In progress": true, "x": true, "Größe: XL": true, strings.Repeat("é", 25): true, "100%": true, "a/b&c=d": true, "日本語": true, "©™": true,
		"": false, strings.Repeat("a", 26): false, "a,b": false, "<b>": false, "a>b": false, " a": false, "a ": false, "a\nb": false,
		"a\x00b": false, "hot 🔥": false, "❤️": false, "\xff": false, "a\u200db": false, "1\u20e3": false, "🇨🇭": false, "a\u2028b": false,
	} {
		if err := crmname.CheckTag(tag); (err == nil) != ok {
			t.Errorf("CheckTag(%q) = %v, want ok %v", tag, err, ok)
		}
	}
}
