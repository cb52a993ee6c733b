package ruletest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"untag/internal/explain"
	"untag/internal/sandbox"
)

// Options are what to test and what to print.
type Options struct {
	// Rules is the rules file whose folder is searched if no file of tests is named.
	Rules string
	// JUnit is a file to write the results to as JUnit XML, "" for none.
	JUnit string
	// Coverage also prints the rules that no test fires, or that every test fires.
	Coverage bool
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

// Run runs files of tests, or those next to the rules file, and prints what differs from what
// they expect. Its error is a terminal.AnswerIsNo if a test failed.
func Run(ctx context.Context, w io.Writer, files []string, f Options) error {
	if len(files) == 0 {
		var err error
		if files, err = filepath.Glob(filepath.Join(filepath.Dir(f.Rules), "*_test.yaml")); err != nil || len(files) == 0 {
			return fmt.Errorf("no tests: there is no *_test.yaml next to %s; write one as in docs/rules.md (Tests), name a file of tests, or name the rules with --rules", f.Rules)
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
	if f.JUnit != "" {
		if err := writeJUnit(f.JUnit, results); err != nil {
			return err
		}
	}
	err := printResults(w, results)
	if f.Coverage {
		for i, file := range read {
			printCoverage(w, file, coverage[i])
		}
	}
	return err
}

// run examines the events of one test, and compares what they do with its expectation.
func (f *testFile) run(ctx context.Context, t *ruleTest, c covered) (result, error) {
	start := time.Now()
	events, notes, err := f.events(ctx, t)
	if err != nil {
		return result{}, fmt.Errorf("%s:%d: test %q: %w", f.name, t.line, t.Name, err)
	}
	x := explain.Examiner{Set: f.set, CRM: sandbox.New(sandbox.Config{Records: t.records})}
	v := &verdict{file: f, test: t, notes: notes, got: make(expectation)}
	for _, ev := range events {
		examined, err := x.Examine(ctx, ev)
		if err != nil {
			return result{}, err
		}
		v.take(examined)
	}
	for _, x := range v.examined {
		c.events[x.Event.Source]++
		for rule := range x.Fired() {
			c.fired[rule]++
		}
	}
	return result{f.name, t.Name, v.failure(x.CRM), time.Since(start)}, nil
}
