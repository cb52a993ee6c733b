package yamlvalue_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"untag/internal/yamlvalue"
)

func TestScalar(t *testing.T) {
	tests := map[string]struct {
		want  any
		fault string
	}{
		"5725767000000524157":       {5725767000000524157, ""},
		"+7":                        {7, ""},
		"0x10":                      {16, ""},
		"-92233720368547758080":     {"-92233720368547758080", ""},
		"123456789012345678901234":  {"123456789012345678901234", ""},
		"1.5":                       {1.5, ""},
		"1e3":                       {1000.0, ""},
		"+1.50":                     {1.5, ""},
		".5":                        {0.5, ""},
		"1_000.5":                   {1000.5, ""},
		"-0.0":                      {0.0, ""},
		"0.1234567890123456789":     {"0.1234567890123456789", ""},
		"+5.725767000000524157e18":  {"5.725767000000524157e18", ""},
		"+123456789012345678901234": {"123456789012345678901234", ""},
		"true":                      {true, ""},
		"null":                      {nil, ""},
		"~":                         {nil, ""},
		"2026-11-25":                {"2026-11-25", ""},
		"'7'":                       {"7", ""},
		".inf":                      {nil, "is not a number that JSON has"},
		".nan":                      {nil, "is not a number that JSON has"},
		"1e999":                     {"1e999", ""},
	}
	for text, tt := range tests {
		t.Run(text, func(t *testing.T) {
			var root yaml.Node
			if err := yaml.Unmarshal([]byte(text), &root); err != nil {
				t.Fatal(err)
			}
			got, err := yamlvalue.Scalar(root.Content[0])
			if tt.fault != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fault) {
					t.Errorf("Scalar = %v, %v, want %q", got, err, tt.fault)
				}
				return
			}
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("Scalar: %v, -want +got\n%s", err, diff)
			}
		})
	}
}
