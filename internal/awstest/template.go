package awstest

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Template is a CloudFormation template as it is deployed with some parameters: its
// conditions are decided, and its functions evaluated. A resource is referred to by its name
// in the template instead of its ARN or id.
type Template struct {
	parameters map[string]any
	conditions map[string]any
	// Resources are those that are deployed, by name.
	Resources map[string]Part
	// Outputs are those that the stack has, by name.
	Outputs map[string]Part
}

// Part is a part of a template. The zero Part is one that is not there.
type Part struct{ value any }

// noValue stands for AWS::NoValue: whatever has it is left out.
type noValue struct{}

// ReadTemplate reads a template from a file. The stack is called untag.
func ReadTemplate(file string, parameters map[string]string) (*Template, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	whole, _ := plain(document.Content[0]).(map[string]any)
	t := &Template{parameters: pseudoParameters(), Resources: make(map[string]Part), Outputs: make(map[string]Part)}
	declared, _ := whole["Parameters"].(map[string]any)
	for name, p := range declared {
		one, _ := p.(map[string]any)
		value, given := parameters[name]
		if !given {
			value = fmt.Sprint(one["Default"])
		}
		t.parameters[name] = value
		if one["Type"] == "CommaDelimitedList" {
			t.parameters[name] = listOf(value)
		}
	}
	for name := range parameters {
		if declared[name] == nil {
			return nil, fmt.Errorf("the template has no parameter %s", name)
		}
	}
	t.conditions, _ = whole["Conditions"].(map[string]any)
	t.deploy(t.Resources, whole["Resources"])
	t.deploy(t.Outputs, whole["Outputs"])
	return t, nil
}

func pseudoParameters() map[string]any {
	return map[string]any{
		"AWS::StackName": "untag", "AWS::Region": "eu-central-1", "AWS::AccountId": "123456789012",
		"AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com", "AWS::NoValue": noValue{},
	}
}

func listOf(text string) []any {
	list := []any{}
	for item := range strings.SplitSeq(text, ",") {
		list = append(list, item)
	}
	return list
}

// deploy adds the parts of a section whose condition holds.
func (t *Template) deploy(to map[string]Part, section any) {
	parts, _ := section.(map[string]any)
	for name, value := range parts {
		one, _ := value.(map[string]any)
		if condition, has := one["Condition"].(string); has && !t.holds(condition) {
			continue
		}
		to[name] = Part{t.evaluate(value)}
	}
}

// OfType returns the names of the resources of a type, sorted.
func (t *Template) OfType(kind string) []string {
	var names []string
	for name, r := range t.Resources {
		if r.At("Type").Text() == kind {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Allowed returns what the policies of a role allow, as sorted pairs of an action and a
// resource, such as `sqs:SendMessage EventQueue`.
func (t *Template) Allowed(role string) []string {
	var pairs []string
	for _, policy := range t.Resources[role].At("Properties", "Policies").List() {
		for _, statement := range policy.At("PolicyDocument", "Statement").List() {
			if statement.At("Effect").Text() != "Allow" {
				continue
			}
			for _, action := range statement.At("Action").List() {
				for _, resource := range statement.At("Resource").List() {
					pairs = append(pairs, action.Text()+" "+resource.Text())
				}
			}
		}
	}
	slices.Sort(pairs)
	return pairs
}

// At returns the part at the end of a path of names.
func (p Part) At(names ...string) Part {
	for _, name := range names {
		members, _ := p.value.(map[string]any)
		p = Part{members[name]}
	}
	return p
}

// Members returns the parts of a mapping, by name.
func (p Part) Members() map[string]Part {
	members := make(map[string]Part)
	values, _ := p.value.(map[string]any)
	for name, value := range values {
		members[name] = Part{value}
	}
	return members
}

// List returns the items of a list. Any other part is the only item, one that is not there is
// none.
func (p Part) List() []Part {
	items, isList := p.value.([]any)
	if !isList && p.value != nil {
		return []Part{p}
	}
	var list []Part
	for _, item := range items {
		list = append(list, Part{item})
	}
	return list
}

// Text returns a scalar, "" if there is none.
func (p Part) Text() string {
	switch p.value.(type) {
	case nil, map[string]any, []any:
		return ""
	}
	return fmt.Sprint(p.value)
}

// Missing reports whether the part is not there.
func (p Part) Missing() bool { return p.value == nil }
