package ruletest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v4"

	"untag/internal/crmname"
	"untag/internal/rules"
	"untag/internal/sandbox"
	"untag/internal/userfile"
	"untag/internal/yamlvalue"
)

// testFile is a file of rule tests.
type testFile struct {
	name  string
	set   *rules.Rules
	tests []ruleTest
	// targets are those of the rules, once a failure needs them.
	targets []rules.Target
}

// ruleTest is one event and what it must do.
type ruleTest struct {
	Name      string            `yaml:"name"`
	Source    string            `yaml:"source"`
	Event     yaml.Node         `yaml:"event"`
	Headers   map[string]string `yaml:"headers"`
	Query     map[string]string `yaml:"query"`
	Request   string            `yaml:"request"`
	Body      string            `yaml:"body"`
	Records   yaml.Node         `yaml:"records"`
	Expect    *expectation      `yaml:"expect"`
	Unmatched []string          `yaml:"unmatched"`
	Errors    []string          `yaml:"errors"`

	line    int
	records sandbox.Records
}

// expectation is every tag that is removed, by module and record.
type expectation map[string]map[string][]string

// UnmarshalYAML notes the line of the test.
func (t *ruleTest) UnmarshalYAML(n *yaml.Node) error {
	type plain ruleTest
	p := plain(*t)
	if err := decodeStrictly(n, &p); err != nil {
		return err
	}
	*t = ruleTest(p)
	t.line = n.Line
	return nil
}

func readTestFile(name string) (*testFile, error) {
	data, err := userfile.Read("tests", "name another: untag test FILE", name)
	if err != nil {
		return nil, err
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
	var file struct {
		Rules string     `yaml:"rules"`
		Tests []ruleTest `yaml:"tests"`
	}
	if err := decodeStrictly(root.Content[0], &file); err != nil {
		return nil, placedIn(name, err)
	}
	if file.Rules == "" {
		return nil, fmt.Errorf("%s: no `rules`: name the rules file, relative to this one", name)
	}
	if len(file.Tests) == 0 {
		return nil, fmt.Errorf("%s: no tests", name)
	}
	f := &testFile{name: name, tests: file.Tests}
	if f.set, err = userfile.ReadRules(relativeTo(name, file.Rules)); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, f.check()
}

// relativeTo resolves a path that a file names relative to itself.
func relativeTo(file, path string) string {
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
		return errors.New("no `expect`: write `expect: {}` if no tag is removed")
	case t.Request != "" && (t.Event.Kind != 0 || t.Source != "" || t.Query != nil || t.Body != ""):
		return errors.New("a `request` has its own source and event; remove `source`, `event`, `body` and `query`")
	case t.Body != "" && t.Event.Kind != 0:
		return errors.New("it has both an `event` and a `body`; keep one of them")
	case t.Request == "" && (t.Event.Kind == 0 && t.Body == "" || t.Source == ""):
		return errors.New("it needs a `request`, or a `source` with an `event` or a `body`")
	case t.Body == "" && t.Request == "" && t.Event.Kind != yaml.MappingNode && t.eventFile() == "":
		return errors.New("`event` is neither a mapping nor the path of a file")
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
		return userfile.RecordsFaults(err)
	}
	return nil
}

// fieldsOf returns the fields of an event written in YAML, with the types that its JSON
// would have.
func fieldsOf(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.AliasNode:
		return fieldsOf(n.Alias)
	case yaml.MappingNode:
		fields := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			value, err := fieldsOf(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			fields[n.Content[i].Value] = value
		}
		return fields, nil
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			value, err := fieldsOf(item)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		return list, nil
	}
	value, err := yamlvalue.Scalar(n)
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", n.Line, err)
	}
	return value, nil
}
