package ruletest

import (
	"encoding/xml"
	"fmt"
	"os"
	"strings"
)

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
