package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"untag/internal/audit"
	"untag/internal/auditlog"
)

// TestUndoOfOneTag: --tag puts back no other tag of the same removal.
func TestUndoOfOneTag(t *testing.T) {
	folder := folderWith(t, map[string]string{"function.log": line(60, "r", "3", "remove", []string{"x", "y"}, true)})
	crm := crmWith(t, undoRecords)
	for range 2 {
		if code, out := untag(t, folder, "undo", "--rule", "r", "--since", "2h", "--tag", "x", "--yes", "function.log"); code != 0 {
			t.Fatalf("exit %d:\n%s", code, out)
		}
		if list, _ := crm.Tags("Deals", "3"); !slices.Equal(list, []string{"x"}) || len(crm.Journal()) != 1 {
			t.Fatalf("the record has %v after %d changes, want only x after one", list, len(crm.Journal()))
		}
	}
}

// TestTheAuditOfAnUndo: it names what the removal's line names, is later than that even if this
// machine's clock is behind, and does not become a part of a line without an end.
func TestTheAuditOfAnUndo(t *testing.T) {
	removal := line(-1, "r", "3", "remove", []string{"x"}, true)
	folder := folderWith(t, map[string]string{"function.log": removal + strings.TrimSuffix(line(60, "r", "4", "remove", []string{"y"}, true), "\n")})
	crmWith(t, undoRecords)
	if code, out := untag(t, folder, "undo", "--rule", "r", "--since", "2h", "--yes", "function.log"); code != 0 || !strings.Contains(out, "Put back: 2") {
		t.Fatalf("exit %d:\n%s", code, out)
	}
	file, err := os.Open(filepath.Join(folder, "function.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, err := auditlog.Read(file)
	if err != nil || len(lines) != 4 {
		t.Fatalf("%d lines of the audit, %v, want 4", len(lines), err)
	}
	for _, l := range lines[2:] {
		if l.Mode != audit.ModeUndo || l.Rules != "0123456789ab" || l.EventID != "e-"+l.RecordID || l.Source != "crm" || l.Rule != "r" || l.Answer != "SUCCESS" {
			t.Errorf("a line of the undo that does not name what was undone: %+v", l)
		}
		if l.RecordID == "3" && (!l.Time.After(lines[0].Time) || l.Time.After(lines[0].Time.Add(time.Second))) {
			t.Errorf("put back at %v, removed at %v", l.Time, lines[0].Time)
		}
	}
}

// TestAMisspeltDryRun: what is neither true nor false starts nothing, as in AWS.
func TestAMisspeltDryRun(t *testing.T) {
	for _, name := range []string{"DRY_RUN", "READ_BEFORE_REMOVE"} {
		for _, value := range []string{"1", "True", "TRUE", "yes", "on", " true"} {
			t.Run(name+"="+value, func(t *testing.T) {
				t.Setenv(name, value)
				code, out := untag(t, t.TempDir(), "run", "--once", "--listen", "127.0.0.1:0")
				if code != 2 || !strings.Contains(out, name) || !strings.Contains(out, "neither true nor false") {
					t.Errorf("exit %d:\n%s", code, out)
				}
			})
		}
	}
}
