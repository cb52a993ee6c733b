package crmname_test

import (
	"fmt"
	"strconv"
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

func TestRecordID(t *testing.T) {
	for text, want := range map[string]string{
		"5725767000000524157": "5725767000000524157", "zcrm_5725767000000524157": "5725767000000524157", "ZCRM_1": "1",
		"zcrm_": "", "zcrm_zcrm_1": "", "crm_1": "", "zcrm1": "", "zcrm_1x": "", " zcrm_1": "", "": "", "x": "", "zcrm-1": "", "zcrm_184467440737095516150": "",
	} {
		if got, err := crmname.RecordID(text); (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("RecordID(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
}

func TestLooksRounded(t *testing.T) {
	for id, want := range map[string]bool{
		"5725767000000524000": true,  // JavaScript, from …524157
		"5725767000000520000": true,  // a spreadsheet, which keeps 15 digits
		"410405000001234560":  true,  // JavaScript, from …234567
		"3652397000000649000": true,  //
		"5725767000000524157": false, // not rounded
		"5725767000000524150": false, // ends in a zero, but no float is written like this
		"5725767000000524100": false,
		"410405000001234550":  false,
		"9007199254740990":    false, // a float holds every shorter number
		"4711000":             false,
		"12345678901234560":   false, // too short to tell
		"":                    false,
		"000000000000000000":  false,
		"zcrm_57257670000000": false,
	} {
		if got := crmname.LooksRounded(id); got != want {
			t.Errorf("LooksRounded(%q) = %v, want %v", id, got, want)
		}
	}
	rounded := 0
	for i := range 100_000 {
		id := 5725767000000000000 + 7919*i
		if crmname.LooksRounded(fmt.Sprint(id)) {
			rounded++
		}
		if short := strconv.FormatFloat(float64(id), 'f', -1, 64); !crmname.LooksRounded(short) {
			t.Fatalf("LooksRounded(%s) = false, which is %d as a float", short, id)
		}
	}
	if rounded > 200 {
		t.Errorf("%d of 100,000 genuine ids look rounded", rounded)
	}
}

func TestIsExponent(t *testing.T) {
	for text, want := range map[string]bool{
		"5.725767000000524e+18": true, "5.72577E+18": true, "5,72577E+18": true, "5e18": true,
		"5725767000000524157": false, "e18": false, "5e": false, "5e-3": false, "5.7": false, "": false, "fee": false, "5e+": false, ".5e3": false,
	} {
		if got := crmname.IsExponent(text); got != want {
			t.Errorf("IsExponent(%q) = %v, want %v", text, got, want)
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

func TestMeantModule(t *testing.T) {
	for name, want := range map[string]string{
		"Deal": "Deals", "deal": "Deals", "Activity": "Activities", "Price Book": "Price_Books", "Price_Book": "Price_Books", "salesorder": "Sales_Orders",
		"Potentials": "Deals", "Opportunity": "Deals", "Company": "Accounts", "Meeting": "Events",
		"Deals": "", "Custom": "", "Custo": "", "Dealer": "", "CustomModule1": "", "": "", "s": "",
	} {
		if got := crmname.MeantModule(name); got != want {
			t.Errorf("MeantModule(%q) = %q, want %q", name, got, want)
		}
	}
}
