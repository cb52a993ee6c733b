package copyas

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// widest is how many characters a mapping may have to stand in one line.
const widest = 100

// plain is text that YAML reads as text without quotation marks.
var plain = regexp.MustCompile(`^[A-Za-z]([A-Za-z0-9_./@ -]*[A-Za-z0-9_])?$`)

// words that are not text in one version of YAML or another.
var words = []string{"true", "false", "yes", "no", "y", "n", "on", "off", "null", "nan", "inf"}

// pair is a key of a mapping and its value.
type pair struct {
	key   string
	value *yaml.Node
}

func mapping(pairs ...pair) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, p := range pairs {
		n.Content = append(n.Content, text(p.key), p.value)
	}
	return n
}

func sequence(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Content: items}
}

// texts returns a list of texts in one line.
func texts(list []string) *yaml.Node {
	n := sequence()
	for _, item := range list {
		n.Content = append(n.Content, text(item))
	}
	return flow(n)
}

// textsByName returns a mapping of texts, sorted by name.
func textsByName(values map[string]string) *yaml.Node {
	n := mapping()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		n.Content = append(n.Content, text(name), text(values[name]))
	}
	return folded(n)
}

// text returns a text that stays one, whatever it looks like.
func text(value string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, Style: yaml.DoubleQuotedStyle}
	if plain.MatchString(value) && !slices.Contains(words, strings.ToLower(value)) {
		n.Style = 0
	}
	return n
}

// value returns a value of an event or of a record, of a type that JSON has.
func value(v any) *yaml.Node {
	switch v := v.(type) {
	case nil:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v)}
	case int:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(v)}
	case float64:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!float", Value: float(v)}
	case string:
		return text(v)
	case []string:
		return texts(v)
	case []any:
		n := sequence()
		for _, item := range v {
			n.Content = append(n.Content, value(item))
		}
		return folded(n)
	case map[string]any:
		n := mapping()
		for _, key := range slices.Sorted(maps.Keys(v)) {
			n.Content = append(n.Content, text(key), value(v[key]))
		}
		return folded(n)
	}
	return text("") // not a type that an event has
}

// float returns a number that is not read as a whole one.
func float(f float64) string {
	if math.Abs(f) >= 1e15 || f != 0 && math.Abs(f) < 1e-6 {
		digits := strconv.FormatFloat(f, 'e', -1, 64)
		if mantissa, exponent, _ := strings.Cut(digits, "e"); !strings.Contains(mantissa, ".") {
			return mantissa + ".0e" + exponent
		}
		return digits
	}
	digits := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(digits, ".") {
		digits += ".0"
	}
	return digits
}

// flow puts a list or a mapping into one line.
func flow(n *yaml.Node) *yaml.Node {
	n.Style |= yaml.FlowStyle
	return n
}

// folded puts a list or a mapping into one line if it is short.
func folded(n *yaml.Node) *yaml.Node {
	if width(n) <= widest {
		return flow(n)
	}
	return n
}

// width is about how many characters a node takes in one line.
func width(n *yaml.Node) int {
	sum := len(n.Value) + 2
	for _, kid := range n.Content {
		sum += width(kid)
	}
	return sum
}

// items returns the items of a list, indented as in a file of tests.
func items(list []*yaml.Node) (string, error) {
	const longest = 1 << 16
	written, err := yaml.Dump(mapping(pair{"tests", sequence(list...)}), yaml.WithIndent(2), yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(longest))
	if err != nil {
		return "", err
	}
	_, under, _ := strings.Cut(string(written), "\n")
	return visible(under), nil
}

// visible returns YAML with escapes in place of characters that nobody sees, such as those that
// turn the direction of what follows. They are only in quotation marks: see plain.
func visible(written string) string {
	var out strings.Builder
	for _, r := range written {
		switch {
		case !unicode.Is(unicode.Cf, r):
			out.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&out, `\U%08X`, r)
		default:
			fmt.Fprintf(&out, `\u%04X`, r)
		}
	}
	return out.String()
}
