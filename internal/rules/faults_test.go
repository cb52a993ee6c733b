package rules_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"untag/internal/rules"
)

// Every file of testdata/faults ends with the faults that it must have: `# want
// LINE:COLUMN SEVERITY: a part of the message and its hint`.
func TestFaults(t *testing.T) {
	files, err := filepath.Glob("testdata/faults/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var wants []string
			fatal := false
			for line := range strings.Lines(string(data)) {
				if want, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "# want "); ok {
					wants = append(wants, want)
					fatal = fatal || strings.Contains(want, " error:")
				}
			}
			set, faults := rules.Load(data)
			if (set == nil) != fatal {
				t.Errorf("Load: rules %v, want rules %v", set != nil, !fatal)
			}
			var got []string
			for _, f := range faults {
				got = append(got, fmt.Sprintf("%d:%d %s: %s (%s)", f.Line, f.Column, f.Severity, f.Message, f.Hint))
			}
			for _, want := range wants {
				if !anyMatches(got, want) {
					t.Errorf("no fault %q in:\n%s", want, strings.Join(got, "\n"))
				}
			}
			if len(got) != len(wants) {
				t.Errorf("%d faults, want %d:\n%s", len(got), len(wants), strings.Join(got, "\n"))
			}
		})
	}
}

// anyMatches reports whether one of the faults begins with the place and severity of want
// and contains the rest of it.
func anyMatches(got []string, want string) bool {
	place, rest, _ := strings.Cut(want, ": ")
	for _, g := range got {
		if strings.HasPrefix(g, place+": ") && strings.Contains(g, rest) {
			return true
		}
	}
	return false
}

func TestSecretsAreMasked(t *testing.T) {
	data, err := os.ReadFile("testdata/faults/sources.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, faults := rules.Load(data)
	for _, f := range faults {
		if strings.Contains(f.String(), "s3cr3t") {
			t.Errorf("fault %q shows the secret", f)
		}
		if (f.Line == 3) != f.Masked {
			t.Errorf("fault %q: masked %v", f, f.Masked)
		}
	}
	_, faults = rules.Load([]byte("version: 1\nsources: {zoho: {verify: token, secret: 's3cr3t}}\n"))
	if len(faults) != 1 || !faults[0].Masked && strings.Contains(strconv.Itoa(faults[0].Line), "2") {
		t.Errorf("faults of a file that is not valid YAML = %+v", faults)
	}
}

func TestLoadRefusesAnEnormousFile(t *testing.T) {
	_, faults := rules.Load([]byte(oneRule("true") + strings.Repeat("#", 8<<20)))
	if len(faults) != 1 || !strings.Contains(faults[0].Message, "over 8 MiB") {
		t.Errorf("Load = %v, want a fault about the size", faults)
	}
}
