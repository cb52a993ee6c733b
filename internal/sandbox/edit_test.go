package sandbox_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/sandbox"
)

// TestModules lists everything in a stable order, as it is now.
func TestModules(t *testing.T) {
	sb := sandbox.New(sandbox.Config{Records: sandbox.Records{
		"Deals": {{"id": "2", "Stage": "Open", "Amount": 7, "Tag": []any{"b", "a"}}, {"id": "1"}},
		"Cases": {},
	}})
	want := []sandbox.Module{
		{Name: "Cases"},
		{Name: "Deals", Records: []sandbox.Record{
			{ID: "2", Fields: []sandbox.Field{{Name: "Amount", Value: 7}, {Name: "Stage", Value: "Open"}}, Tags: []string{"b", "a"}},
			{ID: "1", Tags: []string{}},
		}},
	}
	for range 3 {
		if diff := cmp.Diff(want, sb.Modules()); diff != "" {
			t.Fatalf("Modules differ (-want +got):\n%s", diff)
		}
	}
	sb.Modules()[1].Records[0].Tags[0] = "changed"
	if diff := cmp.Diff(want, sb.Modules()); diff != "" {
		t.Errorf("Modules returned what the sandbox keeps (-want +got):\n%s", diff)
	}
}

// TestEdit: an edit is seen by the API, and Reset takes it all back.
func TestEdit(t *testing.T) {
	z := serve(t, sandbox.Config{})
	before := z.Modules()
	for name, edit := range map[string]error{
		"add":             z.AddTag("Deals", won, "Ünïque ☂"),
		"add again":       z.AddTag("Deals", won, "Ünïque ☂"),
		"remove":          z.RemoveTag("Deals", won, "VIP"),
		"set":             z.SetField("Deals", won, "Stage", "Lost"),
		"set a list":      z.SetField("Deals", won, "Parts", []any{map[string]any{"id": "1"}, nil, 1.5, true}),
		"delete":          z.DeleteField("Deals", won, "Amount"),
		"under its whole": z.SetField("Activities", "5725767000000700001", "Subject", "Write"),
	} {
		if edit != nil {
			t.Errorf("%s: %v", name, edit)
		}
	}
	if deal := z.Modules()[1].Records[0]; deal.ID != won || !slices.Equal(deal.Gone, []string{"VIP"}) {
		t.Errorf("%+v, want VIP as gone", deal)
	}
	record, _ := z.Record("Deals", won)
	want := map[string]any{
		"id": won, "Deal_Name": "A", "Stage": "Lost", "Parts": []any{map[string]any{"id": "1"}, nil, 1.5, true},
		"Tag": []string{"In progress", "Ünïque ☂"},
	}
	if diff := cmp.Diff(want, record); diff != "" {
		t.Errorf("the record differs (-want +got):\n%s", diff)
	}
	if task, _ := z.Record("Tasks", "5725767000000700001"); task["Subject"] != "Write" {
		t.Errorf("the task is %v, want the new subject", task)
	}
	if status, answer := z.call("GET", "/crm/v2/Deals/search?criteria="+url.QueryEscape("(Parts:equals:x)or(Stage:equals:Lost)"), ""); status != http.StatusOK {
		t.Errorf("a search does not find the new value: %d %s", status, answer)
	}
	journal := z.Journal()
	if len(journal) != 2 || journal[0].Version+journal[0].Token != "" || journal[0].Call != 0 {
		t.Errorf("the journal is %+v, want one added tag and one removed tag, of no call", journal)
	}
	z.Reset()
	if diff := cmp.Diff(before, z.Modules()); diff != "" || len(z.Journal()) > 0 {
		t.Errorf("after Reset, the journal has %d entries, and the records differ (-want +got):\n%s", len(z.Journal()), diff)
	}
	if status, _ := z.call("GET", "/crm/v2/Deals/"+won, ""); status != http.StatusOK {
		t.Errorf("status %d after Reset, want the same token to work", status)
	}
}

// TestEditFaults: what cannot be changed says why, and changes nothing.
func TestEditFaults(t *testing.T) {
	sb := sandbox.New(sandbox.Config{Records: someRecords(t)})
	for i := range 9 {
		if err := sb.AddTag("Deals", lost, fmt.Sprint("tag ", i)); err != nil {
			t.Fatal(err)
		}
	}
	deep := any("x")
	for range 30 {
		deep = []any{deep}
	}
	before := sb.Modules()
	tests := map[string]struct {
		err     error
		says    string
		missing bool
	}{
		"no module":         {sb.AddTag("Deal", won, "x"), `no module "Deal"`, true},
		"no record":         {sb.AddTag("Deals", "1", "x"), "no record 1 in Deals", true},
		"an odd record":     {sb.SetField("Deals", "../1", "Stage", "x"), "no record ../1 in Deals", true},
		"no activity":       {sb.AddTag("Activities", won, "x"), "no record " + won + " in Activities", true},
		"no tag":            {sb.RemoveTag("Deals", won, "vip"), `no tag "vip"`, true},
		"an empty tag":      {sb.AddTag("Deals", won, ""), "1 to 25 characters", false},
		"a long tag":        {sb.AddTag("Deals", won, strings.Repeat("é", 26)), "1 to 25 characters", false},
		"a comma":           {sb.AddTag("Deals", won, "a,b"), "a comma", false},
		"not UTF-8":         {sb.AddTag("Deals", won, "a\xff"), "does not allow", false},
		"too many tags":     {sb.AddTag("Deals", lost, "one more"), "10 tags already", false},
		"the id":            {sb.SetField("Deals", won, "id", "1"), "id cannot be changed", false},
		"no id any more":    {sb.DeleteField("Deals", won, "id"), "id cannot be changed", false},
		"the tags":          {sb.SetField("Deals", won, "Tag", []any{"a"}), "add or remove tags", false},
		"no name":           {sb.SetField("Deals", won, "", "x"), "name the field", false},
		"not an API name":   {sb.SetField("Deals", won, "Lead Status", "x"), "not the API name of a field", false},
		"no field":          {sb.DeleteField("Deals", won, "Nothing"), `no field "Nothing"`, true},
		"too deep":          {sb.SetField("Deals", won, "Stage", deep), "nested more than 20 deep", false},
		"not a JSON type":   {sb.SetField("Deals", won, "Stage", struct{}{}), "not one that JSON has", false},
		"a text of no text": {sb.SetField("Deals", won, "Stage", "\xff"), "not UTF-8", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fault, ok := errors.AsType[*sandbox.EditError](tt.err)
			if !ok || !strings.Contains(tt.err.Error(), tt.says) || fault.Missing != tt.missing {
				t.Errorf("%v, want %q and missing %t", tt.err, tt.says, tt.missing)
			}
		})
	}
	if diff := cmp.Diff(before, sb.Modules()); diff != "" {
		t.Errorf("a refused change changed something (-want +got):\n%s", diff)
	}
}

// TestEditDuringCalls: edits and calls of the API at the same time leave whole records. It is for
// the race detector.
func TestEditDuringCalls(t *testing.T) {
	z := serve(t, sandbox.Config{})
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			for range 20 {
				_ = z.SetField("Deals", won, fmt.Sprint("Field_", i), []any{i})
				_ = z.AddTag("Deals", won, fmt.Sprint("tag ", i))
				z.Modules()
				_ = z.RemoveTag("Deals", won, fmt.Sprint("tag ", i))
				z.Reset()
			}
		})
		group.Go(func() {
			for range 5 {
				_, _, _ = z.try("GET", "/crm/v2/Deals", "")
				_, _, _ = z.try("GET", "/crm/v8/settings/fields?module=Deals", "")
				_, _, _ = z.try("GET", "/crm/v8/settings/tags?module=Deals", "")
				_, _, _ = z.try("GET", "/crm/v8/Deals/search?criteria="+url.QueryEscape("(Stage:equals:Closed)"), "")
			}
		})
	}
	group.Wait()
	before := sandbox.New(sandbox.Config{Records: someRecords(t)}).Modules()
	z.Reset()
	if diff := cmp.Diff(before, z.Modules()); diff != "" {
		t.Errorf("Reset left something (-want +got):\n%s", diff)
	}
}

// TestFieldText: what is typed is read as JSON or as text, and what is shown can be typed again.
func TestFieldText(t *testing.T) {
	for typed, want := range map[string]any{
		"Closed Won":            "Closed Won",
		"":                      "",
		"7":                     7,
		" 7 ":                   7,
		`"7"`:                   "7",
		"007":                   "007",
		"1.50":                  1.5,
		"true":                  true,
		"True":                  "True",
		"null":                  nil,
		`{"id": "1", "n": [1]}`: map[string]any{"id": "1", "n": []any{1}},
		"[draft] deal":          "[draft] deal",
		"5725767000000524157":   5725767000000524157,
		"123456789012345678901": "123456789012345678901",
		"2026-11-25T10:00:00Z":  "2026-11-25T10:00:00Z",
		`a "quoted" <b> & more`: `a "quoted" <b> & more`,
		"two\nlines":            "two\nlines",
		`"<b>\u0000"`:           "<b>\x00",
	} {
		got := sandbox.ReadValue(typed)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ReadValue(%q) (-want +got):\n%s", typed, diff)
		}
		again := sandbox.ReadValue(sandbox.ValueText(got))
		if diff := cmp.Diff(want, again); diff != "" {
			t.Errorf("%q is shown as %q, which is read as another value (-want +got):\n%s", typed, sandbox.ValueText(got), diff)
		}
	}
}
