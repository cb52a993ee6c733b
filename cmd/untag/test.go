package main

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"untag/functions/removetags/handler"
	"untag/internal/crmname"
	"untag/internal/event"
	"untag/internal/sandbox"
)

type testFlags struct {
	rules, junit string
	coverage     bool
}

func newTest() *cobra.Command {
	var f testFlags
	c := &cobra.Command{
		Use:   "test [FILE…]",
		Short: "Run the tests of the rules",
		Long: `Run tests of rules: an event, and all that comes off. Without an argument, every
*_test.yaml beside the rules is run. It exits with 1 where a test fails, with 2
where a file is wrong. The form of the file is in docs/rules.md.`,
		Example: `  untag test
  untag test rules_test.yaml --coverage --junit report.xml`,
		RunE: func(c *cobra.Command, args []string) error { return test(c.Context(), c.OutOrStdout(), args, f) },
	}
	c.Flags().StringVar(&f.rules, "rules", "rules.yaml", "rules file beside which tests are looked for")
	c.Flags().BoolVar(&f.coverage, "coverage", false, "list the rules that no test fires, and those that every test fires")
	c.Flags().StringVar(&f.junit, "junit", "", "write the results as JUnit XML to this file")
	return c
}

// result is what one test came to.
type result struct {
	file, name string
	// failure is what differs, "" where nothing does.
	failure string
	took    time.Duration
}

// covered is which rules fired, and which did not, in the tests of one file.
type covered struct{ fired, silent map[string]bool }

func test(ctx context.Context, w io.Writer, files []string, f testFlags) error {
	if len(files) == 0 {
		var err error
		if files, err = filepath.Glob(filepath.Join(filepath.Dir(f.rules), "*_test.yaml")); err != nil || len(files) == 0 {
			return fmt.Errorf("no tests: there is no *_test.yaml beside %s", f.rules)
		}
	}
	var read []*testFile
	var faults []error
	for _, name := range files {
		file, err := readTestFile(name)
		faults = append(faults, err)
		read = append(read, file)
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	var results []result
	for _, file := range read {
		c := covered{make(map[string]bool), make(map[string]bool)}
		for i := range file.tests {
			one, err := file.run(ctx, &file.tests[i], c)
			if err != nil {
				return err
			}
			results = append(results, one)
		}
		if f.coverage {
			defer printCoverage(w, file, c)
		}
	}
	if f.junit != "" {
		if err := writeJUnit(f.junit, results); err != nil {
			return err
		}
	}
	return printResults(w, results)
}

func printResults(w io.Writer, results []result) error {
	failed := 0
	for _, r := range results {
		if r.failure == "" {
			continue
		}
		failed++
		fmt.Fprintf(w, "FAIL %s: %s\n%s\n", r.file, clean(r.name), indented(r.failure, 4))
	}
	fmt.Fprintf(w, "%d passed, %d failed\n", len(results)-failed, failed)
	if failed > 0 {
		return answerIsNo{}
	}
	return nil
}

func indented(s string, by int) string {
	var out strings.Builder
	for line := range strings.Lines(s) {
		out.WriteString(strings.Repeat(" ", by) + line)
	}
	return out.String()
}

// run examines the events of one test and compares.
func (f *testFile) run(ctx context.Context, t *ruleTest, c covered) (result, error) {
	start := time.Now()
	events, err := f.events(ctx, t)
	if err != nil {
		return result{}, fmt.Errorf("%s:%d: test %q: %w", f.name, t.line, t.Name, err)
	}
	x := examiner{set: f.set, crm: sandbox.New(sandbox.Config{Records: t.records})}
	v := &verdict{test: t, got: make(expectation)}
	for _, ev := range events {
		examined, err := x.examine(ctx, ev)
		if err != nil {
			return result{}, err
		}
		v.take(examined, x.crm)
	}
	for _, e := range v.explained {
		for _, r := range e.Rules {
			if r.Matched && r.Error == "" {
				c.fired[r.Name] = true
			} else {
				c.silent[r.Name] = true
			}
		}
	}
	return result{f.name, t.Name, v.failure(), time.Since(start)}, nil
}

// events are those of the recorded request, or the one written down. Neither is
// verified.
func (f *testFile) events(ctx context.Context, t *ruleTest) ([]event.Event, error) {
	if t.Request == "" {
		return []event.Event{t.event()}, nil
	}
	payload, err := os.ReadFile(beside(f.name, t.Request))
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	recorded, err := handler.Read(f.set, payload)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Request, err)
	}
	r, err := newReader(f.set, "")
	if err != nil {
		return nil, err
	}
	var events []event.Event
	for _, one := range recorded {
		ev, _, err := r.read(ctx, one)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Request, err)
		}
		events = append(events, ev)
	}
	return events, nil
}

func (t *ruleTest) event() event.Event {
	fields, _ := fieldsOf(&t.Event).(map[string]any)
	ev := event.Event{
		ID: "test", Source: t.Source, Time: time.Now().UTC(), Fields: fields,
		Headers: make(map[string]string), Query: make(map[string]any),
	}
	for name, value := range t.Headers {
		ev.Headers[strings.ToLower(name)] = value
	}
	for name, value := range t.Query {
		ev.Query[name] = value
		if _, has := fields[name]; !has {
			fields[name] = value
		}
	}
	return ev
}

// verdict gathers what a test's events came to.
type verdict struct {
	test      *ruleTest
	got       expectation
	explained []explained
	by        map[string]string
}

func (v *verdict) take(x examination, crm *sandbox.Sandbox) {
	if v.by == nil {
		v.by = make(map[string]string)
	}
	v.explained = append(v.explained, newExplained(x, "not checked", crm))
	for _, r := range x.planned.Removals {
		if v.got[r.Module] == nil {
			v.got[r.Module] = make(map[string][]string)
		}
		for _, tag := range r.Tags {
			if !slices.Contains(v.got[r.Module][r.ID], tag) {
				v.got[r.Module][r.ID] = append(v.got[r.Module][r.ID], tag)
			}
			v.by[r.Module+" "+r.ID+" "+tag] = r.Rule
		}
	}
}

// failure is a readable difference, "" where there is none.
func (v *verdict) failure() string {
	var out strings.Builder
	surprises := make(map[string]bool)
	want, got := flattened(*v.test.Expect), flattened(v.got)
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if !got[key] {
			fmt.Fprintf(&out, "- expected, and does not come off: %s\n", clean(strings.Replace(key, "\x00", " ", 2)))
			v.surpriseAll(surprises)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if !want[key] {
			name := strings.Replace(key, "\x00", " ", 2)
			fmt.Fprintf(&out, "+ comes off, and is not expected: %s (rule %s)\n", clean(name), v.by[name])
			surprises[v.by[name]] = true
		}
	}
	v.judgeRules(&out, surprises)
	if out.Len() == 0 {
		return ""
	}
	p := &page{}
	for _, e := range v.explained {
		for _, r := range e.Rules {
			if surprises[r.Name] {
				r.print(p)
			}
		}
		for _, note := range e.notes {
			p.line(2, "- ", note)
		}
	}
	return out.String() + p.String()
}

// surpriseAll marks the rules that did not fire: one of them was meant to.
func (v *verdict) surpriseAll(surprises map[string]bool) {
	for _, e := range v.explained {
		for _, r := range e.Rules {
			if !r.Matched || r.Error != "" {
				surprises[r.Name] = true
			}
		}
	}
}

// judgeRules holds the rules against `unmatched` and `errors`.
func (v *verdict) judgeRules(out *strings.Builder, surprises map[string]bool) {
	failed := make(map[string]string)
	for _, e := range v.explained {
		for _, r := range e.Rules {
			if r.Error != "" {
				failed[r.Name] = r.Error
			}
			if r.Matched && r.Error == "" && slices.Contains(v.test.Unmatched, r.Name) {
				fmt.Fprintf(out, "+ fires, and must not: rule %s\n", r.Name)
				surprises[r.Name] = true
			}
		}
	}
	for _, e := range v.explained {
		for rule, message := range e.errors {
			failed[rule] = message
		}
	}
	for _, rule := range slices.Sorted(maps.Keys(failed)) {
		if !slices.Contains(v.test.Errors, rule) {
			fmt.Fprintf(out, "! cannot be evaluated: rule %s: %s\n", rule, clean(failed[rule]))
			surprises[rule] = true
		}
	}
	for _, rule := range v.test.Errors {
		if failed[rule] == "" {
			fmt.Fprintf(out, "- expected an error, and there is none: rule %s\n", rule)
			surprises[rule] = true
		}
	}
}

// flattened is every tag that comes off, as module, record and tag.
func flattened(e expectation) map[string]bool {
	flat := make(map[string]bool)
	for module, records := range e {
		name, err := crmname.ModuleAPIName(module)
		if err != nil {
			name = module
		}
		for id, tags := range records {
			for _, tag := range tags {
				flat[name+"\x00"+id+"\x00"+tag] = true
			}
		}
	}
	return flat
}

func printCoverage(w io.Writer, f *testFile, c covered) {
	fmt.Fprintf(w, "\ncoverage of the rules in %s\n", f.name)
	missing := 0
	for _, rule := range f.set.Names() {
		switch {
		case !c.fired[rule] && !c.silent[rule]:
			fmt.Fprintf(w, "  %s: no test is about its source\n", rule)
		case !c.fired[rule]:
			fmt.Fprintf(w, "  %s: no test fires it\n", rule)
		case !c.silent[rule]:
			fmt.Fprintf(w, "  %s: no test that it stays silent in\n", rule)
		default:
			continue
		}
		missing++
	}
	fmt.Fprintf(w, "  %d of %d rules are tested both ways\n", len(f.set.Names())-missing, len(f.set.Names()))
}

// writeJUnit writes results in the form that CI systems read.
func writeJUnit(file string, results []result) error {
	type failure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	type testCase struct {
		Class   string   `xml:"classname,attr"`
		Name    string   `xml:"name,attr"`
		Time    string   `xml:"time,attr"`
		Failure *failure `xml:"failure,omitempty"`
	}
	suite := struct {
		XMLName  xml.Name   `xml:"testsuite"`
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Cases    []testCase `xml:"testcase"`
	}{Name: "untag test", Tests: len(results)}
	for _, r := range results {
		c := testCase{Class: r.file, Name: r.name, Time: fmt.Sprintf("%.6f", r.took.Seconds())}
		if r.failure != "" {
			suite.Failures++
			first, _, _ := strings.Cut(r.failure, "\n")
			c.Failure = &failure{Message: first, Text: r.failure}
		}
		suite.Cases = append(suite.Cases, c)
	}
	text, err := xml.MarshalIndent(suite, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	if err := os.WriteFile(file, append([]byte(xml.Header), append(text, '\n')...), 0o644); err != nil {
		return fmt.Errorf("write the JUnit file: %w", err)
	}
	return nil
}
