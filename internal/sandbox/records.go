package sandbox

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"untag/internal/yamlvalue"
)

// Records are the records of a CRM, by the API name of their module, in order.
// Each has "id", a string of digits, and may have "Tag", a list of tag names; the
// rest are fields. Values are string, bool, int, float64, nil, []any and
// map[string]any.
type Records map[string][]map[string]any

// RecordsError says what is wrong with a file of records.
type RecordsError struct {
	// Line and Column count from 1; 0 if the place is not known.
	Line, Column int
	Message      string
}

// Error returns the place, then the message.
func (e *RecordsError) Error() string {
	if e.Line == 0 {
		return "records: " + e.Message
	}
	return fmt.Sprintf("records: line %d: %s", e.Line, e.Message)
}

// maxNesting is how deep a field may be nested; CRM records are flat or nearly flat.
const maxNesting = 20

var modulePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// ParseRecords reads records from YAML, such as
//
//	Deals: [{id: "5725767000000524157", Stage: Closed Won, Tag: [In progress]}]
//
// An empty document has no records. All errors are returned joined, each a
// *RecordsError.
func ParseRecords(data []byte) (Records, error) {
	records := Records{}
	if !utf8.Valid(data) {
		return nil, &RecordsError{Message: "the file is not UTF-8"}
	}
	var documents []yaml.Node
	if err := yaml.Load(data, &documents, yaml.WithAllDocuments()); err != nil {
		return nil, syntaxError(err)
	}
	if len(documents) == 0 || isNull(&documents[0]) {
		return records, nil
	}
	if len(documents) > 1 {
		return nil, place(&documents[1], "there is a second YAML document; put all records into one document")
	}
	p := parser{}
	root := &documents[0]
	if root.Kind == yaml.DocumentNode && len(root.Content) == 1 {
		root = root.Content[0]
	}
	for key, list := range p.pairs(root, "the file must be a map of modules, such as Deals: [{id: …}]") {
		p.module(records, key, list)
	}
	if err := errors.Join(p.faults...); err != nil {
		return nil, err
	}
	return records, nil
}

func syntaxError(err error) error {
	var load *yaml.LoadError
	if errors.As(err, &load) {
		return &RecordsError{Line: load.Mark.Line, Column: load.Mark.Column, Message: load.Message}
	}
	return &RecordsError{Message: strings.TrimPrefix(err.Error(), "yaml: ")}
}

func place(node *yaml.Node, format string, args ...any) *RecordsError {
	return &RecordsError{Line: node.Line, Column: node.Column, Message: fmt.Sprintf(format, args...)}
}

// parser collects the faults of a file.
type parser struct{ faults []error }

func (p *parser) fault(node *yaml.Node, format string, args ...any) {
	p.faults = append(p.faults, place(node, format, args...))
}

// pairs iterates over a map, whose keys must be text and distinct.
func (p *parser) pairs(node *yaml.Node, want string) func(func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		if node.Kind != yaml.MappingNode {
			p.fault(node, "%s", want)
			return
		}
		seen := map[string]int{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := node.Content[i]
			if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge" {
				p.fault(key, "a key must be text")
				continue
			}
			if line, again := seen[key.Value]; again {
				p.fault(key, "%q occurs twice, first on line %d", key.Value, line)
				continue
			}
			seen[key.Value] = key.Line
			if !yield(key, node.Content[i+1]) {
				return
			}
		}
	}
}

func (p *parser) module(records Records, key, list *yaml.Node) {
	name := key.Value
	if !modulePattern.MatchString(name) {
		hint := ""
		if api := strings.ReplaceAll(name, " ", "_"); modulePattern.MatchString(api) {
			hint = fmt.Sprintf("; the API name may be %s", api)
		}
		p.fault(key, "%q is not the API name of a module%s", name, hint)
		return
	}
	records[name] = []map[string]any{}
	if isNull(list) {
		return
	}
	if list.Kind != yaml.SequenceNode {
		p.fault(list, "%s must be a list of records", name)
		return
	}
	seen := map[string]int{}
	for _, node := range list.Content {
		rec, ok := p.record(node)
		if !ok {
			continue
		}
		id := rec["id"].(string)
		if line, again := seen[id]; again {
			p.fault(node, "the id %s occurs twice in %s, first on line %d", id, name, line)
			continue
		}
		seen[id] = node.Line
		records[name] = append(records[name], rec)
	}
}

func (p *parser) record(node *yaml.Node) (rec map[string]any, ok bool) {
	before := len(p.faults)
	rec = map[string]any{}
	for key, value := range p.pairs(node, "a record must be a map of fields, with an id") {
		switch key.Value {
		case "id":
			rec["id"] = p.id(value)
		case "Tag":
			rec["Tag"] = p.tags(value)
		default:
			rec[key.Value] = p.value(value, 0)
		}
	}
	if len(p.faults) > before {
		return nil, false
	}
	if rec["id"] == nil {
		p.fault(node, "a record must have an id")
		return nil, false
	}
	return rec, true
}

// id returns the digits as written, because a float64 would change the last ones.
func (p *parser) id(node *yaml.Node) string {
	if node.Kind != yaml.ScalarNode || !ofDigits(node.Value) {
		p.fault(node, "an id must be a quoted string of at most %d digits, or an integer", maxIDDigits)
	}
	return node.Value
}

func (p *parser) tags(node *yaml.Node) []any {
	names := []any{}
	if isNull(node) {
		return names
	}
	if node.Kind != yaml.SequenceNode {
		p.fault(node, "Tag must be a list of tag names")
		return nil
	}
	seen := map[string]bool{}
	for _, item := range node.Content {
		switch name := item.Value; {
		case item.Kind != yaml.ScalarNode || item.ShortTag() != "!!str":
			p.fault(item, "a tag must be text; quote it")
		case checkTag(name) != nil:
			p.fault(item, "%s", checkTag(name))
		case seen[name]:
			p.fault(item, "the tag %q occurs twice", name)
		default:
			seen[name] = true
			names = append(names, name)
		}
	}
	if len(node.Content) > maxTags {
		p.fault(node, "a record has at most %d tags", maxTags)
	}
	return names
}

func (p *parser) value(node *yaml.Node, depth int) any {
	if depth > maxNesting {
		p.fault(node, "fields are nested more than %d deep", maxNesting)
		return nil
	}
	switch node.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for key, item := range p.pairs(node, "") {
			m[key.Value] = p.value(item, depth+1)
		}
		return m
	case yaml.SequenceNode:
		list := make([]any, 0, len(node.Content))
		for _, item := range node.Content {
			list = append(list, p.value(item, depth+1))
		}
		return list
	case yaml.ScalarNode:
		return p.scalar(node)
	}
	p.fault(node, "anchors and aliases are not supported here; write the value again")
	return nil
}

func (p *parser) scalar(node *yaml.Node) any {
	value, err := yamlvalue.Scalar(node)
	if err != nil {
		p.fault(node, "%s", err)
	}
	return value
}

func isNull(node *yaml.Node) bool {
	if node.Kind == yaml.DocumentNode {
		return len(node.Content) == 0 || isNull(node.Content[0])
	}
	return node.Kind == 0 || node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null"
}
