package copyas_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
)

// What nobody sees in an event stands as escapes in its test, and is the same when it is read.
func TestWhatNobodySees(t *testing.T) {
	const hidden = "a\u202eb\u2066c\u200bd\ufeffe\u2028f\x1b[201~\x00\u0085\u00ad\U000e0001\\\u202e"
	h := happened(t, event.Event{Source: "hub", Fields: map[string]any{"action": "opened", hidden: hidden, "l": []any{hidden, map[string]any{hidden: hidden}}}})
	text := copied(t, h)
	if at := strings.IndexFunc(text, func(r rune) bool {
		return unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && r != '\n' || r == 0x2028
	}); at >= 0 {
		t.Errorf("…%q", text[at:min(len(text), at+20)])
	}
	if diff := cmp.Diff(h.Events[0].Fields, eventsIn(t, text)[0]); diff != "" {
		t.Errorf("-event +copied\n%s", diff)
	}
}
