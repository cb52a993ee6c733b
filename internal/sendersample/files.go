package sendersample

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// RulesFile returns a rules file with the sender as its source, and the rule.
func (s Sample) RulesFile() (string, error) { return RulesFile([]Sample{s}) }

// TestFile returns a file of tests with one test: the rule fires on the request.
func (s Sample) TestFile() (string, error) { return testFile(s.test(s.sent()...)) }

// RulesFile returns a rules file with the senders as its sources, and their rules.
func RulesFile(samples []Sample) (string, error) {
	var sources []pair
	var rules []*yaml.Node
	for _, s := range samples {
		verify := yaml.Node{Kind: yaml.ScalarNode, Value: s.Name}
		source := mapping(true, pair{"verify", &verify})
		source.Content = append(source.Content, s.Source.Content...)
		sources = append(sources, pair{s.Name, source})
		when, record := s.When, s.Record
		rules = append(rules, mapping(false,
			pair{"name", scalar(s.Rule)},
			pair{"on", scalar(s.Name)},
			pair{"when", &when},
			pair{"record", &record},
			pair{"remove", sequence(true, scalars(s.Remove)...)},
		))
	}
	return text(mapping(false,
		pair{"version", &yaml.Node{Kind: yaml.ScalarNode, Value: "1"}},
		pair{"sources", mapping(false, sources...)},
		pair{"rules", sequence(false, rules...)},
	))
}

// TestFileOfRequests returns a file of tests with two tests for each sender: the rule fires on the
// recorded request that a file has, and not on an event without the fields that it needs.
func TestFileOfRequests(samples []Sample, file func(Sample) string) (string, error) {
	var tests []*yaml.Node
	for _, s := range samples {
		tests = append(tests, s.test(pair{"request", scalar(file(s))}), mapping(false,
			pair{"name", scalar(s.Rule + ": another event changes nothing")},
			pair{"source", scalar(s.Name)},
			pair{"event", mapping(true)},
			pair{"expect", mapping(true)},
			pair{"unmatched", sequence(true, scalar(s.Rule))},
		))
	}
	return testFile(tests...)
}

func testFile(tests ...*yaml.Node) (string, error) {
	return text(mapping(false,
		pair{"rules", scalar("rules.yaml")},
		pair{"tests", sequence(false, tests...)},
	))
}

// sent returns the keys of a test that describe the request.
func (s Sample) sent() []pair {
	sent := []pair{{"source", scalar(s.Name)}}
	if file := s.File(); file != "" {
		sent = append(sent, pair{"body", scalar(file)})
	} else {
		sent = append(sent, pair{"event", mapping(true)})
	}
	if len(s.Headers) > 0 {
		sent = append(sent, pair{"headers", texts(s.Headers)})
	}
	if len(s.Query) > 0 {
		sent = append(sent, pair{"query", texts(s.Query)})
	}
	return sent
}

// test returns a test of the rule with a request.
func (s Sample) test(sent ...pair) *yaml.Node {
	test := append([]pair{{"name", scalar(s.Rule)}}, sent...)
	module := s.Module()
	tags := sequence(true, scalars(s.Remove)...)
	if len(s.Has) > 0 {
		test = append(test, pair{"records", s.records()})
	}
	return mapping(false, append(test, pair{"expect", mapping(true, pair{module, &yaml.Node{
		Kind: yaml.MappingNode, Style: yaml.FlowStyle, Content: []*yaml.Node{quoted(s.ID), tags},
	}})})...)
}

// RecordsFile returns a file of records with the one that loses the tags.
func (s Sample) RecordsFile() (string, error) { return text(s.records()) }

// records returns the record that loses the tags, under its module.
func (s Sample) records() *yaml.Node {
	return recordsOf([]Record{{Module: s.Module(), ID: s.ID, Has: s.Has, Tags: s.Remove}})
}

// Record is a record of the simulated Zoho: it has the tags that some of the rules remove, and the
// fields by which they find it.
type Record struct {
	Module, ID string
	Has        map[string]string
	Tags       []string
}

// RecordsFile returns a file of records for the simulated Zoho.
func RecordsFile(records []Record) (string, error) { return text(recordsOf(records)) }

func recordsOf(records []Record) *yaml.Node {
	var modules []pair
	for _, r := range records {
		record := mapping(true, pair{"id", quoted(r.ID)})
		record.Content = append(record.Content, texts(r.Has).Content...)
		record.Content = append(record.Content, scalar("Tag"), sequence(true, scalars(r.Tags)...))
		i := slices.IndexFunc(modules, func(p pair) bool { return p.key == r.Module })
		if i < 0 {
			i, modules = len(modules), append(modules, pair{r.Module, sequence(false)})
		}
		modules[i].value.Content = append(modules[i].value.Content, record)
	}
	return mapping(false, modules...)
}

// Module returns the module that the rule names.
func (s Sample) Module() string {
	for i := 0; i+1 < len(s.Record.Content); i += 2 {
		if s.Record.Content[i].Value == "module" {
			return s.Record.Content[i+1].Value
		}
	}
	return ""
}

// In returns the sample with another module, if the name is not "", and other tags, if there are
// some.
func (s Sample) In(module string, tags []string) Sample {
	if module != "" {
		record := s.Record
		record.Content = slices.Clone(record.Content)
		for i := 0; i+1 < len(record.Content); i += 2 {
			if record.Content[i].Value == "module" {
				record.Content[i+1] = scalar(module)
			}
		}
		s.Record = record
	}
	if len(tags) > 0 {
		s.Remove = tags
	}
	return s
}

// EventFile returns the body as a file.
func (s Sample) EventFile() string { return strings.TrimRight(s.Body, "\n") + "\n" }
