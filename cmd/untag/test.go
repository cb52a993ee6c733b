package main

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

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
		Long: `Run tests of the rules. Each test has an event, and every tag that it must remove.
Without an argument, every *_test.yaml next to the rules file is run. docs/rules.md
describes the files.

Exit codes: 0: every test passed; 1: a test failed; 2: wrong usage or an unreadable
file.`,
		Example: `  untag test
  untag test rules_test.yaml --coverage --junit report.xml`,
		RunE: func(c *cobra.Command, args []string) error { return test(c.Context(), c.OutOrStdout(), args, f) },
	}
	c.Flags().StringVar(&f.rules, "rules", "rules.yaml", "rules file whose folder is searched for tests")
	c.Flags().BoolVar(&f.coverage, "coverage", false, "list the rules that no test fires, and those that every test fires")
	c.Flags().StringVar(&f.junit, "junit", "", "write the results as JUnit XML to this file")
	return c
}

// result is the result of one test.
type result struct {
	file, name string
	// failure is what differs, "" if nothing does.
	failure string
	took    time.Duration
}

// covered counts, for the tests of one file, the events for which each rule fired, and the
// events of each source.
type covered struct{ fired, events map[string]int }

func test(ctx context.Context, w io.Writer, files []string, f testFlags) error {
	if len(files) == 0 {
		var err error
		if files, err = filepath.Glob(filepath.Join(filepath.Dir(f.rules), "*_test.yaml")); err != nil || len(files) == 0 {
			return fmt.Errorf("no tests: there is no *_test.yaml next to %s; write one as in docs/rules.md (Tests), name a file of tests, or name the rules with --rules", f.rules)
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
	var coverage []covered
	for _, file := range read {
		c := covered{make(map[string]int), make(map[string]int)}
		for i := range file.tests {
			one, err := file.run(ctx, &file.tests[i], c)
			if err != nil {
				return err
			}
			results = append(results, one)
		}
		coverage = append(coverage, c)
	}
	if f.junit != "" {
		if err := writeJUnit(f.junit, results); err != nil {
			return err
		}
	}
	err := printResults(w, results)
	if f.coverage {
		for i, file := range read {
			printCoverage(w, file, coverage[i])
		}
	}
	return err
}

func printResults(w io.Writer, results []result) error {
	failed := 0
	for _, r := range results {
		if r.failure == "" {
			continue
		}
		failed++
		fmt.Fprintf(w, "FAIL %s: %s\n%s\n", clean(r.file), clean(r.name), indented(r.failure, 4))
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

// run examines the events of one test, and compares what they do with its expectation.
func (f *testFile) run(ctx context.Context, t *ruleTest, c covered) (result, error) {
	start := time.Now()
	events, err := f.events(ctx, t)
	if err != nil {
		return result{}, fmt.Errorf("%s:%d: test %q: %w", f.name, t.line, t.Name, err)
	}
	x := examiner{set: f.set, crm: sandbox.New(sandbox.Config{Records: t.records})}
	v := &verdict{file: f, test: t, got: make(expectation)}
	for _, ev := range events {
		examined, err := x.examine(ctx, ev)
		if err != nil {
			return result{}, err
		}
		v.take(examined)
	}
	for _, x := range v.examined {
		c.events[x.event.Source]++
		for rule := range x.fired() {
			c.fired[rule]++
		}
	}
	return result{f.name, t.Name, v.failure(x.crm), time.Since(start)}, nil
}

func printCoverage(w io.Writer, f *testFile, c covered) {
	fmt.Fprintf(w, "\ncoverage of the rules in %s\n", clean(f.name))
	events := make(map[string]int)
	for source, n := range c.events {
		for _, rule := range f.set.NamesOn(source) {
			events[rule] += n
		}
	}
	missing := 0
	for _, rule := range f.set.Names() {
		gap := ""
		switch fired := c.fired[rule]; {
		case events[rule] == 0:
			gap = "no test has an event of its source"
		case fired == 0:
			gap = "no test fires it"
		case fired == events[rule]:
			gap = "it fires in every test"
		default:
			continue
		}
		fmt.Fprintf(w, "  %s: %s\n", clean(rule), gap)
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
