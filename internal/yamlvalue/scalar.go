// Package yamlvalue reads values written in YAML with the types that they would have in JSON.
package yamlvalue

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"untag/internal/jsonvalue"
)

// Scalar returns the value of a scalar: nil, a bool, an int, a float64 or a string. Numbers
// become what jsonvalue.Number makes of them, so one that an int or a float64 cannot hold with
// every digit is a string. Dates and times are text. An error says what is wrong with the
// value, without its place.
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
		text := strings.ReplaceAll(strings.TrimPrefix(node.Value, "+"), "_", "")
		if f, err := strconv.ParseFloat(text, 64); err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			return nil, fmt.Errorf("%q is not a number that JSON has; quote it if it is meant as text", node.Value)
		}
		return jsonvalue.Number(text), nil
	}
	return node.Value, nil
}
