package sendersample

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// RulesFile returns a rules file with the sender as its source, and the rule.
func (s Sample) RulesFile() (string, error) {
	verify := yaml.Node{Kind: yaml.ScalarNode, Value: s.Name}
	source := mapping(true, pair{"verify", &verify})
	source.Content = append(source.Content, s.Source.Content...)
	when, record := s.When, s.Record
	return text(mapping(false,
		pair{"version", &yaml.Node{Kind: yaml.ScalarNode, Value: "1"}},
		pair{"sources", mapping(false, pair{s.Name, source})},
		pair{"rules", sequence(false, mapping(false,
			pair{"name", scalar(s.Rule)},
			pair{"on", scalar(s.Name)},
			pair{"when", &when},
			pair{"record", &record},
			pair{"remove", sequence(true, scalars(s.Remove)...)},
		))},
	))
}

// TestFile returns a file of tests with one test: the rule fires on the request.
func (s Sample) TestFile() (string, error) {
	test := []pair{{"name", scalar(s.Rule)}, {"source", scalar(s.Name)}}
	if file := s.File(); file != "" {
		test = append(test, pair{"body", scalar(file)})
	} else {
		test = append(test, pair{"event", mapping(true)})
	}
	if len(s.Headers) > 0 {
		test = append(test, pair{"headers", texts(s.Headers)})
	}
	if len(s.Query) > 0 {
		test = append(test, pair{"query", texts(s.Query)})
	}
	if len(s.Has) > 0 {
		test = append(test, pair{"records", s.records()})
	}
	tags := sequence(true, scalars(s.Remove)...)
	test = append(test, pair{"expect", mapping(true, pair{s.module(), &yaml.Node{
		Kind: yaml.MappingNode, Style: yaml.FlowStyle, Content: []*yaml.Node{quoted(s.ID), tags},
	}})})
	return text(mapping(false,
		pair{"rules", scalar("rules.yaml")},
		pair{"tests", sequence(false, mapping(false, test...))},
	))
}

// RecordsFile returns a file of records with the one that loses the tags.
func (s Sample) RecordsFile() (string, error) { return text(s.records()) }

// records returns the record that loses the tags, under its module.
func (s Sample) records() *yaml.Node {
	record := mapping(true, pair{"id", quoted(s.ID)})
	record.Content = append(record.Content, texts(s.Has).Content...)
	record.Content = append(record.Content, scalar("Tag"), sequence(true, scalars(s.Remove)...))
	return mapping(false, pair{s.module(), sequence(false, record)})
}

// module returns the module that the rule names.
func (s Sample) module() string {
	for i := 0; i+1 < len(s.Record.Content); i += 2 {
		if s.Record.Content[i].Value == "module" {
			return s.Record.Content[i+1].Value
		}
	}
	return ""
}

// EventFile returns the body as a file.
func (s Sample) EventFile() string { return strings.TrimRight(s.Body, "\n") + "\n" }
