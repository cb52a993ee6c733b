package main

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestVersion: make names the version, for the command and for the flag.
func TestVersion(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "untag")
	build := exec.Command("go", "build", "-ldflags", "-X untag/internal/release.version=v1.2.3-test", "-o", binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	for args, want := range map[string]string{"version": "untag v1.2.3-test (go1.", "--version": "untag version v1.2.3-test\n"} {
		if out, err := exec.Command(binary, args).CombinedOutput(); err != nil || !strings.HasPrefix(string(out), want) {
			t.Errorf("untag %s = %s, %v, want %q", args, out, err, want)
		}
	}
	var out, errs bytes.Buffer
	if code := execute(t.Context(), []string{"version", "extra"}, &out, &errs); code != 2 {
		t.Errorf("untag version extra: exit %d, want 2\n%s", code, &errs)
	}
	if code := execute(t.Context(), []string{"version"}, &out, &errs); code != 0 || !strings.HasPrefix(out.String(), "untag ") {
		t.Errorf("untag version: exit %d, %s", code, &out)
	}
}
