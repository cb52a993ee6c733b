// Package yamlvalue reads values written in YAML with the types that they would have in JSON.
package yamlvalue

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Scalar returns the value of a scalar: nil, a bool, an int that fits 64 bits, a float64, or a
// string. As in events, an integer that is too large is a string of its digits, so that none is
// lost. Dates and times are text. An error says what is wrong with the value, without its
// place.
func Scalar(node *yaml.Node) (any, error) {
	switch node.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool":
		var b bool
		if err := node.Load(&b); err != nil {
			return nil, fmt.Errorf("%q is neither true nor false", node.Value)
		}
		return b, nil
	case "!!int":
		n, err := strconv.ParseInt(strings.TrimPrefix(node.Value, "+"), 0, 64)
		if err != nil {
			return node.Value, nil
		}
		return int(n), nil
	case "!!float":
		if strings.Trim(strings.TrimLeft(node.Value, "+-"), "0123456789") == "" {
			return node.Value, nil
		}
		f, err := strconv.ParseFloat(node.Value, 64)
		if err != nil || f-f != 0 {
			return nil, fmt.Errorf("%q is not a number that JSON has; quote it if it is meant as text", node.Value)
		}
		return f, nil
	}
	return node.Value, nil
}
