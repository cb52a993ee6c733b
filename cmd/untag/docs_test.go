package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"untag/internal/condition"
	"untag/internal/rules"
	"untag/internal/ruletest"
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
		if err := ruletest.Run(t.Context(), &out, []string{file}, ruletest.Options{}); err != nil {
			t.Errorf("%v\n%s%s", err, out.String(), block)
		}
	}
	if recipes < 10 {
		t.Errorf("docs/rules.md has %d recipes with tests, want ten", recipes)
	}
}

// The sources that the documents show can be loaded.
func TestDocumentedSources(t *testing.T) {
	var text []byte
	for _, name := range []string{"deploy", "senders"} {
		one, err := os.ReadFile("../../docs/" + name + ".md")
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, one...)
	}
	blocks := regexp.MustCompile("(?s)```yaml\nsources:\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 4 {
		t.Fatalf("the documents show %d blocks of sources", len(blocks))
	}
	for _, m := range blocks {
		var names []string
		for _, name := range regexp.MustCompile(`(?m)^  (\w+):`).FindAllStringSubmatch(m[1], -1) {
			names = append(names, name[1])
		}
		set, faults := rules.Load([]byte("version: 1\nsources:\n" + m[1] +
			"rules: [{name: r, on: [" + strings.Join(names, ", ") + "], when: true, record: {module: Deals, id: event.id}, remove: [x]}]\n"))
		if set == nil || len(faults) > 0 {
			t.Errorf("%v\n%s", faults, m[1])
		}
	}
}

// docs/rules.md lists exactly the functions and operators of the language, each with its
// example.
func TestDocumentedLanguage(t *testing.T) {
	text, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	if got := betweenMarks(t, string(text)); got != languageTables() {
		t.Errorf("docs/rules.md differs from the language between the marks; write there:\n%s", languageTables())
	}
}

// betweenMarks returns what stands between the marks of the language in docs/rules.md.
func betweenMarks(t *testing.T, text string) string {
	_, rest, found := strings.Cut(text, "<!-- operators and functions: a test compares them with the language -->\n")
	tables, _, ended := strings.Cut(rest, "<!-- end of the language -->\n")
	if !found || !ended {
		t.Fatal("docs/rules.md has no marks around the language")
	}
	return tables
}

// languageTables writes the operators and functions as docs/rules.md has them.
func languageTables() string {
	var b strings.Builder
	row := func(cells ...string) {
		for i, cell := range cells {
			cells[i] = strings.ReplaceAll(cell, "|", `\|`)
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	b.WriteString("\n### Operators\n\nThe examples are over an event with the `Stage` \"Closed Won\", the `Amount` 1200 and two `Tags`.\n\n")
	row("operator", "what it is", "example", "is")
	row("---", "---", "---", "---")
	for _, o := range condition.Operators() {
		row("`"+o.Symbol+"`", o.About, "`"+o.Example+"`", "`"+o.Gives+"`")
	}
	b.WriteString("\n### Functions\n")
	section := condition.Section("")
	for _, f := range condition.Functions() {
		if f.Section != section {
			section = f.Section
			b.WriteString("\n#### " + string(section) + "\n\n")
			row("function", "what it returns", "example", "is")
			row("---", "---", "---", "---")
		}
		row("`"+f.Name+"`", f.About, "`"+f.Example+"`", "`"+f.Gives+"`")
	}
	b.WriteString("\n")
	return b.String()
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

// A newcomer finds each package in the README's table of folders.
func TestTheREADMENamesEachPackage(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	folders, err := os.ReadDir("../../internal")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if name := "`internal/" + folder.Name() + "/`"; folder.IsDir() && !strings.Contains(string(text), name) {
			t.Errorf("README.md does not say what %s is for", name)
		}
	}
	if lines := strings.Count(string(text), "\n"); lines > 250 {
		t.Errorf("README.md has %d lines, want at most 250", lines)
	}
}
