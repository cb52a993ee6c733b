package browser_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// What is vendored is what npm's lock file names, byte by byte.
func TestVendoredScriptsAreThoseOfNpm(t *testing.T) {
	for vendored, original := range map[string]string{
		"htmx.min.js":  "htmx.org/dist/htmx.min.js",
		"htmx.LICENSE": "htmx.org/LICENSE",
		"sse.min.js":   "htmx-ext-sse/dist/sse.min.js",
		"sse.LICENSE":  "htmx-ext-sse/LICENSE",
	} {
		t.Run(vendored, func(t *testing.T) {
			want, err := os.ReadFile(filepath.Join(*modules, filepath.FromSlash(original)))
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(filepath.Join("..", "..", "internal", "console", "assets", vendored))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("it has %d bytes that differ from the %d of %s", len(got), len(want), original)
			}
		})
	}
}
