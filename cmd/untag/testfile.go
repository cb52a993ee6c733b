package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"

	"untag/internal/crmname"
	"untag/internal/rules"
	"untag/internal/sandbox"
)

// testFile is a file of rule tests.
type testFile struct {
	name  string
	set   *rules.Rules
	tests []ruleTest
}

// ruleTest is one event and what may come of it.
type ruleTest struct {
	Name      string            `yaml:"name"`
	Source    string            `yaml:"source"`
	Event     yaml.Node         `yaml:"event"`
	Headers   map[string]string `yaml:"headers"`
	Query     map[string]string `yaml:"query"`
	Request   string            `yaml:"request"`
	Records   yaml.Node         `yaml:"records"`
	Expect    *expectation      `yaml:"expect"`
	Unmatched []string          `yaml:"unmatched"`
	Errors    []string          `yaml:"errors"`

	line    int
	records sandbox.Records
}

// expectation is all that comes off: tags, by module and record.
type expectation map[string]map[string][]string

// UnmarshalYAML notes where the test stands.
func (t *ruleTest) UnmarshalYAML(n *yaml.Node) error {
	type plain ruleTest
	if err := strictKeys(n, []string{
		"name", "source", "event", "headers", "query", "request", "records", "expect", "unmatched", "errors",
	}); err != nil {
		return err
	}
	p := plain(*t)
	if err := n.Decode(&p); err != nil {
		return err
	}
	*t = ruleTest(p)
	t.line = n.Line
	return nil
}

// strictKeys refuses a key that is unknown or occurs twice: a misspelt `unmatched`
// would be a test that cannot fail.
func strictKeys(n *yaml.Node, known []string) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: expected a mapping", n.Line)
	}
	seen := make(map[string]bool)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case !slices.Contains(known, key.Value):
			return fmt.Errorf("line %d: unknown key `%s`; the keys are %v", key.Line, key.Value, known)
		case seen[key.Value]:
			return fmt.Errorf("line %d: the key `%s` occurs twice", key.Line, key.Value)
		}
		seen[key.Value] = true
	}
	return nil
}

func readTestFile(name string) (*testFile, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the tests: %w", err)
	}
	var root yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&root); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s: the file is empty", name)
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: more than one YAML document", name)
	}
	if len(root.Content) == 0 {
		return nil, fmt.Errorf("%s: the file is empty", name)
	}
	if err := strictKeys(root.Content[0], []string{"rules", "tests"}); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var file struct {
		Rules string     `yaml:"rules"`
		Tests []ruleTest `yaml:"tests"`
	}
	if err := root.Decode(&file); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if file.Rules == "" {
		return nil, fmt.Errorf("%s: no `rules`: name the rules file, relative to this one", name)
	}
	if len(file.Tests) == 0 {
		return nil, fmt.Errorf("%s: no tests", name)
	}
	f := &testFile{name: name, tests: file.Tests}
	if f.set, err = readRules(beside(name, file.Rules)); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, f.check()
}

// beside is a path that a file names relative to itself.
func beside(file, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(file), path)
}

// check finds what would make a test meaningless.
func (f *testFile) check() error {
	var faults []error
	for i := range f.tests {
		t := &f.tests[i]
		if err := f.checkTest(t); err != nil {
			faults = append(faults, fmt.Errorf("%s:%d: test %q: %w", f.name, t.line, t.Name, err))
		}
	}
	return errors.Join(faults...)
}

func (f *testFile) checkTest(t *ruleTest) error {
	switch {
	case t.Name == "":
		return errors.New("no `name`")
	case t.Expect == nil:
		return errors.New("no `expect`: write `expect: {}` where nothing comes off")
	case t.Request != "" && (t.Event.Kind != 0 || t.Source != "" || t.Headers != nil || t.Query != nil):
		return errors.New("a `request` has its own source and event")
	case t.Request == "" && (t.Event.Kind == 0 || t.Source == ""):
		return errors.New("neither a `request` nor a `source` with an `event`")
	case t.Request == "" && t.Event.Kind != yaml.MappingNode:
		return errors.New("`event` is no mapping")
	case t.Source != "" && !f.hasSource(t.Source):
		return fmt.Errorf("there is no source `%s` in the rules", t.Source)
	}
	for _, name := range slices.Concat(t.Unmatched, t.Errors) {
		if !slices.Contains(f.set.Names(), name) {
			return fmt.Errorf("there is no rule `%s`", name)
		}
	}
	for module, records := range *t.Expect {
		if _, err := crmname.ModuleAPIName(module); err != nil {
			return fmt.Errorf("expect: %w", err)
		}
		for id := range records {
			if err := crmname.CheckID(id); err != nil {
				return fmt.Errorf("expect: %s: %w", module, err)
			}
		}
	}
	return t.readRecords()
}

func (f *testFile) hasSource(name string) bool {
	for _, s := range f.set.Sources() {
		if s.Name == name {
			return true
		}
	}
	return false
}

func (t *ruleTest) readRecords() error {
	if t.Records.Kind == 0 {
		return nil
	}
	text, err := yaml.Marshal(&t.Records)
	if err != nil {
		return fmt.Errorf("records: %w", err)
	}
	if t.records, err = sandbox.ParseRecords(text); err != nil {
		return fmt.Errorf("records: %w", err)
	}
	return nil
}

// fieldsOf are the fields of an event written in YAML, with the types that its JSON
// would have: whole numbers that fit 64 bits, other numbers, and text for the rest.
func fieldsOf(n *yaml.Node) any {
	switch n.Kind {
	case yaml.AliasNode:
		return fieldsOf(n.Alias)
	case yaml.MappingNode:
		fields := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			fields[n.Content[i].Value] = fieldsOf(n.Content[i+1])
		}
		return fields
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			list = append(list, fieldsOf(item))
		}
		return list
	}
	return scalarOf(n)
}

func scalarOf(n *yaml.Node) any {
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		var b bool
		if n.Decode(&b) == nil {
			return b
		}
	case "!!int":
		if i, err := strconv.ParseInt(n.Value, 0, 64); err == nil {
			return int(i)
		}
	case "!!float":
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return f
		}
	}
	return n.Value
}
