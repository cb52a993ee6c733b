package rules_test

import (
	"encoding/json"
	"testing"

	"untag/internal/rules"
)

// Every key that the parser knows is described, and no object accepts other keys unless
// people choose its keys themselves.
func TestSchemaDescribesEveryKey(t *testing.T) {
	data, err := rules.Schema()
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	keys := 0
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case map[string]any:
			if properties, ok := v["properties"].(map[string]any); ok {
				if v["additionalProperties"] != false {
					t.Errorf("%s accepts any key", at)
				}
				for name, p := range properties {
					keys++
					if p == nil {
						t.Errorf("%s.%s is not described", at, name)
					}
				}
			}
			for name, item := range v {
				walk(at+"."+name, item)
			}
		case []any:
			for _, item := range v {
				walk(at, item)
			}
		}
	}
	walk("file", schema)
	way := 2 + 11 + 4 + 4 + 13 + 15 + 2 + 2 + 16 // as, and how a sender signs with its parts; alone and in a list
	way += 4 + 3 + 11 + 13 + 2*3                 // as, and how it signs tokens, with two claims
	handshake := 8 + 2*5                         // with its conditions; alone and in a list
	if want := 4 + 14 + 2 + 3 + 2 + 1 + 2*way + 2*handshake + 10 + 4 + 7; keys != want {
		t.Errorf("%d keys, want %d", keys, want)
	}
}
