package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"untag/internal/rules"
)

// Every YAML block of docs/rules.md is a rules file, or tests of the one before it.
func TestDocumentedRules(t *testing.T) {
	text, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	recipes := 0
	for _, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		block := m[1]
		if strings.HasPrefix(block, "version: 1") {
			if set, faults := rules.Load([]byte(block)); set == nil || len(faults) > 0 {
				t.Errorf("%v\n%s", faults, block)
			}
			if err := os.WriteFile(filepath.Join(folder, "rules.yaml"), []byte(block), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		recipes++
		file := filepath.Join(folder, "rules_test.yaml")
		if err := os.WriteFile(file, []byte(block), 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := test(t.Context(), &out, []string{file}, testFlags{}); err != nil {
			t.Errorf("%v\n%s%s", err, out.String(), block)
		}
	}
	if recipes < 10 {
		t.Errorf("docs/rules.md has %d recipes with tests, want ten", recipes)
	}
}

// The sources that docs/deploy.md shows can be loaded.
func TestDocumentedSources(t *testing.T) {
	text, err := os.ReadFile("../../docs/deploy.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)```yaml\nsources:\n(.*?)```").FindStringSubmatch(string(text))
	if m == nil {
		t.Fatal("docs/deploy.md shows no sources")
	}
	set, faults := rules.Load([]byte("version: 1\nsources:\n" + m[1] +
		"rules: [{name: r, on: [zoho, forms, billing, chargebee, acme], when: true, record: {module: Deals, id: event.id}, remove: [x]}]\n"))
	if set == nil || len(faults) > 0 {
		t.Errorf("%v\n%s", faults, m[1])
	}
}

// docs/rules.md lists exactly the functions of the language, each with its example.
func TestDocumentedFunctions(t *testing.T) {
	text, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	functions := rules.Functions()
	_, tables, _ := strings.Cut(string(text), "### Functions of untag")
	tables, _, _ = strings.Cut(tables, "\n## ")
	if listed := strings.Count(tables, "\n| `"); listed != len(functions) {
		t.Errorf("docs/rules.md lists %d functions, want %d", listed, len(functions))
	}
	for _, f := range functions {
		if row := "| `" + f.Name + "` | " + f.About + " | `" + f.Example + "` | `" + f.Gives + "` |"; !strings.Contains(string(text), row) {
			t.Errorf("docs/rules.md lacks the row %s", row)
		}
	}
}

func TestSchemaIsCommitted(t *testing.T) {
	committed, err := os.ReadFile("../../docs/rules.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := rules.Schema()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(committed, schema) {
		t.Error("docs/rules.schema.json is not what `untag schema` prints: run `go run ./cmd/untag schema > docs/rules.schema.json`")
	}
}
