package ruletest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"untag/internal/nearest"
)

// keyError is a wrong key of a tests file.
type keyError struct {
	line int
	text string
}

func (e *keyError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.text) }

// placedIn writes an error of the YAML library as lines of FILE:LINE: MESSAGE.
func placedIn(file string, err error) error {
	var several *yaml.LoadErrors
	if !errors.As(err, &several) {
		var key *keyError
		if errors.As(err, &key) {
			return fmt.Errorf("%s:%d: %s", file, key.line, key.text)
		}
		return fmt.Errorf("%s: %w", file, err)
	}
	var faults []error
	for _, one := range several.Errors {
		var key *keyError
		if errors.As(one, &key) {
			faults = append(faults, fmt.Errorf("%s:%d: %s", file, key.line, key.text))
			continue
		}
		faults = append(faults, fmt.Errorf("%s:%d: %s", file, one.Mark.Line, one.Message))
	}
	return errors.Join(faults...)
}

// decodeStrictly decodes a mapping into a struct, and refuses a key that the struct does not
// have or that occurs twice: a misspelt `unmatched` would be a test that cannot fail. The
// library's WithKnownFields would refuse it too, but in terms of Go's types.
func decodeStrictly(n *yaml.Node, into any) error {
	if err := checkKeys(n, keysOf(into)); err != nil {
		return err
	}
	return n.Decode(into)
}

// keysOf returns the YAML keys of the struct that a pointer points to.
func keysOf(into any) []string {
	var keys []string
	for field := range reflect.TypeOf(into).Elem().Fields() {
		if key := field.Tag.Get("yaml"); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

func checkKeys(n *yaml.Node, known []string) error {
	if n.Kind != yaml.MappingNode {
		return &keyError{n.Line, "a mapping is expected here"}
	}
	seen := make(map[string]bool)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case !slices.Contains(known, key.Value):
			text := fmt.Sprintf("unknown key `%s`; the keys are `%s`", key.Value, strings.Join(known, "`, `"))
			if meant := nearest.Of(key.Value, known); meant != "" {
				text += fmt.Sprintf("; did you mean `%s`?", meant)
			}
			return &keyError{key.Line, text}
		case seen[key.Value]:
			return &keyError{key.Line, fmt.Sprintf("the key `%s` occurs twice", key.Value)}
		}
		seen[key.Value] = true
	}
	return nil
}
