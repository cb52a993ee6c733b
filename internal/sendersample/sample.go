package sendersample

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

//go:embed samples/*.yaml
var files embed.FS

// Sample is a request of a sender, and a rule that fires on it.
type Sample struct {
	Name string `yaml:"-"`
	// Setup is where in the sender's pages webhooks are set up, and Docs the page about it.
	Setup string `yaml:"setup"`
	Docs  string `yaml:"docs"`
	// Note is what else there is to know, "" for nothing.
	Note string `yaml:"note"`
	// Source has further keys of the source, such as a header; none if the row has all.
	Source yaml.Node `yaml:"source"`
	// Headers are those that the sender adds and rules may read, and Query is that of the URL.
	Headers map[string]string `yaml:"headers"`
	Query   map[string]string `yaml:"query"`
	Body    string            `yaml:"body"`

	// Rule is the name of the rule. When, Record and Remove are its keys.
	Rule   string    `yaml:"rule"`
	When   yaml.Node `yaml:"when"`
	Record yaml.Node `yaml:"record"`
	Remove []string  `yaml:"remove"`
	// ID is the record that loses the tags, and Has the fields by which the rule finds it.
	ID  string            `yaml:"id"`
	Has map[string]string `yaml:"has"`
}

// madeUp is the id of a record that the request does not name.
const madeUp = "5725767000000900001"

// Names lists the senders that have a sample, sorted.
func Names() []string {
	entries, err := files.ReadDir("samples")
	if err != nil {
		return nil // the folder is part of the binary
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = strings.TrimSuffix(entry.Name(), path.Ext(entry.Name()))
	}
	slices.Sort(names)
	return names
}

// Find returns the sample of a sender. The error is that of a file that cannot be read; a
// sender without a sample has none.
func Find(name string) (sample Sample, found bool, err error) {
	if !slices.Contains(Names(), name) {
		return Sample{}, false, nil
	}
	text, err := files.ReadFile("samples/" + name + ".yaml")
	if err != nil {
		return Sample{}, false, err
	}
	sample = Sample{Name: name, ID: madeUp}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&sample); err != nil {
		return Sample{}, false, fmt.Errorf("sample of %s: %w", name, err)
	}
	return sample, true, nil
}

// File returns the name of the file with the body, which suggests its content type; "" if the
// request has no body.
func (s Sample) File() string {
	body := strings.TrimSpace(s.Body)
	switch {
	case body == "":
		return ""
	case strings.HasPrefix(body, "{"), strings.HasPrefix(body, "["):
		return s.Name + ".json"
	case strings.HasPrefix(body, "<"):
		return s.Name + ".xml"
	}
	return s.Name + ".form"
}
