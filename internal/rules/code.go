package rules

import (
	"go.yaml.in/yaml/v4"

	"untag/internal/sender"
)

// readCode reads `{code: NAME}`, which only rows have: the sender is verified by code of its
// own. It returns nil for anything else.
func readCode(node *yaml.Node) *sender.Verify {
	n := resolve(node)
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 || n.Content[0].Value != "code" {
		return nil
	}
	v, found := sender.ByCode(n.Content[1].Value)
	if !found {
		return nil
	}
	return &v
}
