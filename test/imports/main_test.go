package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCheck(t *testing.T) {
	for name, tt := range map[string]struct {
		change map[string][]string
		want   []string
	}{
		"as it is": {},
		"the wrong direction": {
			change: map[string][]string{"untag/internal/webhook": {"untag/internal/zoho"}},
			want:   []string{"untag/internal/webhook imports untag/internal/zoho: untag/internal/webhook must not"},
		},
		"below a folder": {
			change: map[string][]string{"untag/internal/rules": {"log/slog"}},
			want:   []string{"untag/internal/rules imports log/slog: untag/internal/rules must not"},
		},
		"through another package": {
			change: map[string][]string{"untag/internal/rules": {"untag/internal/queue"}, "untag/internal/queue": {"github.com/aws/smithy-go"}},
			want:   []string{"untag/internal/rules imports untag/internal/queue imports github.com/aws/smithy-go: untag/internal/rules must not"},
		},
		"only itself": {
			change: map[string][]string{"untag/internal/pipeline": {"untag/internal/zoho"}, "untag/internal/zoho": {"net/http"}},
		},
		"a new package": {
			change: map[string][]string{"untag/internal/misplaced": {"fmt"}},
			want:   []string{"untag/internal/misplaced has no line in test/imports: say what it must not import"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			imports := make(map[string][]string)
			for known := range never {
				imports[known] = nil
			}
			for changed, list := range tt.change {
				imports[changed] = list
			}
			if diff := cmp.Diff(tt.want, check(imports)); diff != "" {
				t.Errorf("check: -want +got\n%s", diff)
			}
		})
	}
}
