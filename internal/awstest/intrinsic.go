package awstest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// plain returns a node of a template as a value; a tag such as !Ref becomes a function's name.
func plain(n *yaml.Node) any {
	var value any
	switch n.Kind {
	case yaml.AliasNode:
		return plain(n.Alias)
	case yaml.MappingNode:
		members := make(map[string]any)
		for i := 0; i < len(n.Content); i += 2 {
			members[n.Content[i].Value] = plain(n.Content[i+1])
		}
		value = members
	case yaml.SequenceNode:
		items := []any{}
		for _, item := range n.Content {
			items = append(items, plain(item))
		}
		value = items
	default:
		value = n.Value
	}
	name, isFunction := strings.CutPrefix(n.Tag, "!")
	if !isFunction || strings.HasPrefix(name, "!") {
		return value
	}
	if name != "Ref" && name != "Condition" {
		name = "Fn::" + name
	}
	return map[string]any{name: value}
}

// evaluate returns a value with its functions evaluated, and without what is AWS::NoValue.
func (t *Template) evaluate(value any) any {
	switch v := value.(type) {
	case []any:
		items := []any{}
		for _, item := range v {
			if item = t.evaluate(item); item != (noValue{}) {
				items = append(items, item)
			}
		}
		return items
	case map[string]any:
		for name, argument := range v {
			if len(v) == 1 && (name == "Ref" || name == "Condition" || strings.HasPrefix(name, "Fn::")) {
				return t.call(name, argument)
			}
		}
		members := make(map[string]any)
		for name, member := range v {
			if member = t.evaluate(member); member != (noValue{}) {
				members[name] = member
			}
		}
		return members
	}
	return value
}

func (t *Template) holds(condition string) bool { return t.evaluate(t.conditions[condition]) == true }

// call evaluates a function. Of an unknown one it returns nil.
func (t *Template) call(name string, argument any) any {
	list, _ := argument.([]any)
	switch name {
	case "Ref":
		return t.refer(fmt.Sprint(argument))
	case "Fn::GetAtt":
		return resourceOf(argument)
	case "Condition":
		return t.holds(fmt.Sprint(argument))
	case "Fn::If":
		if t.holds(fmt.Sprint(list[0])) {
			return t.evaluate(list[1])
		}
		return t.evaluate(list[2])
	case "Fn::Equals":
		return fmt.Sprint(t.evaluate(list[0])) == fmt.Sprint(t.evaluate(list[1]))
	case "Fn::Not":
		return t.evaluate(list[0]) != true
	case "Fn::And":
		for _, item := range list {
			if t.evaluate(item) != true {
				return false
			}
		}
		return true
	case "Fn::Join":
		return strings.Join(texts(t.evaluate(list[1])), fmt.Sprint(list[0]))
	case "Fn::Split":
		var items []any
		for item := range strings.SplitSeq(fmt.Sprint(t.evaluate(list[1])), fmt.Sprint(list[0])) {
			items = append(items, item)
		}
		return items
	case "Fn::Select":
		i, err := strconv.Atoi(fmt.Sprint(list[0]))
		if items := texts(t.evaluate(list[1])); err == nil && i < len(items) {
			return items[i]
		}
	case "Fn::Sub":
		return t.substitute(argument)
	}
	return nil
}

func (t *Template) refer(name string) any {
	if value, isParameter := t.parameters[name]; isParameter {
		return value
	}
	return name
}

// resourceOf returns the name of the resource whose attribute is meant.
func resourceOf(argument any) string {
	if list, ok := argument.([]any); ok {
		return fmt.Sprint(list[0])
	}
	name, _, _ := strings.Cut(fmt.Sprint(argument), ".")
	return name
}

var variable = regexp.MustCompile(`\$\{([A-Za-z0-9:.]+)\}`)

func (t *Template) substitute(argument any) string {
	text, own := fmt.Sprint(argument), map[string]any{}
	if list, ok := argument.([]any); ok {
		text = fmt.Sprint(list[0])
		own, _ = list[1].(map[string]any)
	}
	return variable.ReplaceAllStringFunc(text, func(found string) string {
		name := found[2 : len(found)-1]
		if value, has := own[name]; has {
			return fmt.Sprint(t.evaluate(value))
		}
		return fmt.Sprint(t.refer(resourceOf(name)))
	})
}

func texts(value any) []string {
	var list []string
	items, _ := value.([]any)
	for _, item := range items {
		list = append(list, fmt.Sprint(item))
	}
	return list
}
