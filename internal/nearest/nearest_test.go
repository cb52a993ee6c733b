package nearest_test

import (
	"testing"

	"untag/internal/nearest"
)

func TestOf(t *testing.T) {
	known := []string{"lower", "upper", "trim", "event", "on"}
	for name, want := range map[string]string{
		"lowr": "lower", "Upper": "upper", "evnt": "event", "tirm": "trim", "lower": "lower", "toLowerCase": "", "": "",
		"if": "", "to": "", "onn": "on", "am": "", "omm": "", "ON": "on", "UPPER": "upper",
	} {
		if got := nearest.Of(name, known); got != want {
			t.Errorf("Of(%q) = %q, want %q", name, got, want)
		}
	}
}
