package project

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// rulesLayer is the resource that brings the rules to the functions, at rulesPath.
const (
	rulesLayer = "RulesLayer"
	rulesPath  = "/opt/rules.yaml"
)

// layer describes it. A layer may be one file: SAM packs it.
const layer = `  # The rules. The functions find them at ` + rulesPath + `.
  ` + rulesLayer + `:
    Type: AWS::Serverless::LayerVersion
    Properties:
      LayerName: !Sub "${AWS::StackName}-rules"
      Description: rules.yaml of untag
      ContentUri: rules.yaml
      RetentionPolicy: Delete

`

// heading says whose the file is.
const heading = `# The AWS resources of untag. untag init writes this file from untag's own template: run it again
# after you have added a source to rules.yaml, which gets a route of its own here. The pages in docs/
# that are named below are in untag's repository.
`

// edit replaces lines of a text, counted from 0: those from first to before end.
type edit struct {
	first, end int
	by         []string
}

// deriver writes a template for a folder from the project's own. It finds what it changes by its
// meaning, and changes only these lines.
type deriver struct {
	lines []string
	edits []edit
	// local says that the template has a condition for sam local.
	local bool
}

// stackTemplate returns the template for a folder: the functions are not built but come as a file, the
// rules as a layer, and each source has a route of its own.
func stackTemplate(original, function, architecture string, sources []string) (string, error) {
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(original), &root); err != nil || len(root.Content) == 0 {
		return "", fmt.Errorf("read the template: %w", err)
	}
	d := &deriver{lines: strings.Split(original, "\n")}
	d.local = d.child(root.Content[0], "Conditions", "Local") != nil
	resources := d.child(root.Content[0], "Resources")
	if resources == nil {
		return "", errors.New("the template has no Resources")
	}
	if err := d.architecture(root.Content[0], architecture); err != nil {
		return "", err
	}
	d.edits = append(d.edits, edit{resources.first, resources.first, strings.Split(strings.TrimSuffix(layer, "\n"), "\n")})
	functions := 0
	for i := 0; i+1 < len(resources.node.Content); i += 2 {
		name, resource := resources.node.Content[i], resources.node.Content[i+1]
		if kind := d.child(resource, "Type"); kind == nil || kind.node.Value != "AWS::Serverless::Function" {
			continue
		}
		functions++
		if err := d.function(resource, function, sources); err != nil {
			return "", fmt.Errorf("the template's %s: %w", name.Value, err)
		}
	}
	if functions == 0 {
		return "", errors.New("the template has no functions")
	}
	return heading + d.text(), nil
}

// part is the value of a key, and the lines of both.
type part struct {
	node *yaml.Node
	// at is the line of the key, first that of the value, and end the one after it.
	at, first, end int
	indent         string
}

// child returns the value of a key; nil if there is none.
func (d *deriver) child(of *yaml.Node, keys ...string) *part {
	var found *part
	for _, key := range keys {
		found = nil
		for i := 0; i+1 < len(of.Content); i += 2 {
			if k, v := of.Content[i], of.Content[i+1]; of.Kind == yaml.MappingNode && k.Value == key {
				found = &part{node: v, at: k.Line - 1, first: v.Line - 1, indent: strings.Repeat(" ", k.Column-1)}
				found.end = d.after(found.at, found.indent)
			}
		}
		if found == nil {
			return nil
		}
		of = found.node
	}
	return found
}

// after returns the line after a value: the first that is not indented more than its key.
// Comments and empty lines before that line belong to what follows.
func (d *deriver) after(at int, indent string) int {
	end := at + 1
	for i := at + 1; i < len(d.lines); i++ {
		line := strings.TrimLeft(d.lines[i], " ")
		if line == "" {
			continue
		}
		if len(d.lines[i])-len(line) <= len(indent) {
			break
		}
		end = i + 1
	}
	return end
}

// replace replaces a key and its value.
func (d *deriver) replace(p *part, lines ...string) {
	for i := range lines {
		lines[i] = p.indent + lines[i]
	}
	d.edits = append(d.edits, edit{p.at, p.end, lines})
}

// architecture makes that of the folder's function the standard one.
func (d *deriver) architecture(root *yaml.Node, name string) error {
	standard := d.child(root, "Parameters", "Architecture", "Default")
	about := d.child(root, "Parameters", "Architecture", "Description")
	if standard == nil || about == nil {
		return errors.New("the template has no parameter Architecture with a default and a description")
	}
	d.replace(standard, "Default: "+name)
	d.replace(about, "Description: Processor of the functions. It must be the one that function/ has the file for.")
	return nil
}

// function changes what one of the functions is made of.
func (d *deriver) function(resource *yaml.Node, file string, sources []string) error {
	code, rules := d.child(resource, "Properties", "CodeUri"), d.child(resource, "Properties", "Environment", "Variables", "RULES_FILE")
	if code == nil || rules == nil {
		return errors.New("it lacks CodeUri or the variable RULES_FILE")
	}
	if built := d.child(resource, "Metadata"); built != nil {
		d.replace(built)
	}
	layers, err := layersWith(d.child(resource, "Properties", "Layers"))
	if err != nil {
		return err
	}
	if old := d.child(resource, "Properties", "Layers"); old != nil {
		d.replace(old, layers)
		d.replace(code, "CodeUri: "+file)
	} else {
		d.replace(code, "CodeUri: "+file, layers)
	}
	if d.local {
		// In sam local, the file of the layer has the name of the layer.
		d.replace(rules, `RULES_FILE: !If [Local, /opt/`+rulesLayer+`, `+rulesPath+`]`)
	} else {
		d.replace(rules, "RULES_FILE: "+rulesPath)
	}
	return d.routes(d.child(resource, "Properties", "Events"), sources)
}

// layersWith returns the layers of a function, and that of the rules.
func layersWith(old *part) (string, error) {
	ref := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!Ref", Value: rulesLayer}
	only := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle, Content: []*yaml.Node{ref}}
	with := only
	if old != nil {
		switch n := old.node; {
		case n.Kind == yaml.SequenceNode && n.Tag == "!If" && len(n.Content) == 3 && n.Content[1].Kind == yaml.SequenceNode:
			some := *n.Content[1]
			some.Content = append(slices.Clone(some.Content), ref)
			choice := *n
			choice.Content = []*yaml.Node{n.Content[0], &some, only}
			with = &choice
		case n.Kind == yaml.SequenceNode && strings.HasPrefix(n.Tag, "!!"):
			list := *n
			list.Content = append(slices.Clone(n.Content), ref)
			with = &list
		default:
			return "", errors.New("its Layers are neither a list nor a choice between a list and none")
		}
		with.Style |= yaml.FlowStyle
	}
	const longest = 1 << 16
	text, err := yaml.Dump(with, yaml.WithLineWidth(longest))
	return "Layers: " + strings.TrimSpace(string(text)), err
}

// routes gives each source a route in the place of those of the project's own sources.
func (d *deriver) routes(all *part, sources []string) error {
	if all == nil {
		return nil
	}
	var pattern []string
	for i := 0; i+1 < len(all.node.Content); i += 2 {
		name := all.node.Content[i].Value
		route := d.child(all.node, name)
		path := d.child(route.node, "Properties", "Path")
		if path == nil || !strings.HasPrefix(path.node.Value, "/webhooks/") || strings.Contains(path.node.Value, "{") {
			continue
		}
		if path.at == route.at {
			return fmt.Errorf("its route %s is written in one line", name)
		}
		if pattern != nil {
			d.replace(route)
			continue
		}
		pattern = slices.Clone(d.lines[route.at:route.end])
		var lines []string
		for n, source := range sources {
			one := slices.Clone(pattern)
			one[0] = route.indent + fmt.Sprintf("Source%d:", n+1)
			one[path.at-route.at] = path.indent + "Path: /webhooks/" + source
			lines = append(lines, one...)
		}
		d.edits = append(d.edits, edit{route.at, route.end, lines})
	}
	return nil
}

// text returns the text with all edits.
func (d *deriver) text() string {
	slices.SortStableFunc(d.edits, func(a, b edit) int { return a.first - b.first })
	var lines []string
	next := 0
	for _, e := range d.edits {
		lines = append(lines, d.lines[next:e.first]...)
		lines = append(lines, e.by...)
		next = e.end
	}
	return strings.Join(append(lines, d.lines[next:]...), "\n")
}
