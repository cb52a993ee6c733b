package sendersample

import (
	"maps"
	"slices"

	"go.yaml.in/yaml/v4"
)

// pair is a key of a mapping and its value.
type pair struct {
	key   string
	value *yaml.Node
}

// mapping returns a mapping, in one line if it is flow.
func mapping(flow bool, pairs ...pair) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Style: style(flow)}
	for _, p := range pairs {
		n.Content = append(n.Content, scalar(p.key), p.value)
	}
	return n
}

func sequence(flow bool, items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Style: style(flow), Content: items}
}

func style(flow bool) yaml.Style {
	if flow {
		return yaml.FlowStyle
	}
	return 0
}

// scalar returns a text, with quotation marks if it needs them to stay one.
func scalar(value string) *yaml.Node {
	n := new(yaml.Node)
	n.SetString(value)
	n.Tag = "!!str"
	return n
}

func quoted(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: value}
}

func scalars(values []string) []*yaml.Node {
	var nodes []*yaml.Node
	for _, value := range values {
		nodes = append(nodes, scalar(value))
	}
	return nodes
}

// texts returns a mapping of texts in one line, sorted by name.
func texts(values map[string]string) *yaml.Node {
	n := mapping(true)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		n.Content = append(n.Content, scalar(name), scalar(values[name]))
	}
	return n
}

// text returns YAML, whose lines are as long as their values.
func text(n *yaml.Node) (string, error) {
	const longest = 1 << 16
	out, err := yaml.Dump(n, yaml.WithIndent(2), yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(longest))
	return string(out), err
}
