package main_test

import (
	"archive/zip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// build returns the command.
func build(t *testing.T) func(args ...string) (string, error) {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "package")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return func(args ...string) (string, error) {
		out, err := exec.Command(binary, args...).CombinedOutput()
		return string(out), err
	}
}

func write(t *testing.T, file, text string) string {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestTheSameFilesMakeTheSameZip(t *testing.T) {
	run, folder := build(t), t.TempDir()
	bootstrap, license := write(t, filepath.Join(folder, "bootstrap"), strings.Repeat("binary", 1000)), write(t, filepath.Join(folder, "LICENSE"), "license")
	one, two := filepath.Join(folder, "one.zip"), filepath.Join(folder, "two.zip")
	if out, err := run("zip", one, bootstrap, license); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.Chtimes(bootstrap, time.Now(), time.Unix(1e9, 0)); err != nil {
		t.Fatal(err)
	}
	if out, err := run("zip", two, license, bootstrap); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	first, _ := os.ReadFile(one)
	second, err := os.ReadFile(two)
	if err != nil || !slices.Equal(first, second) {
		t.Errorf("the zips differ, %v", err)
	}
	archive, err := zip.OpenReader(one)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	for i, want := range []struct {
		name string
		mode os.FileMode
	}{{"LICENSE", 0o644}, {"bootstrap", 0o755}} {
		if f := archive.File[i]; f.Name != want.name || f.Mode() != want.mode {
			t.Errorf("file %d is %s, %v, want %s, %v", i, f.Name, f.Mode(), want.name, want.mode)
		}
	}
}

func TestSums(t *testing.T) {
	run, folder := build(t), t.TempDir()
	write(t, filepath.Join(folder, "b.zip"), "")
	write(t, filepath.Join(folder, "a.json"), "")
	for range 2 { // the second time over its own result
		if out, err := run("sums", folder); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	if got, err := os.ReadFile(filepath.Join(folder, "SHA256SUMS")); err != nil || string(got) != empty+"  a.json\n"+empty+"  b.zip\n" {
		t.Errorf("SHA256SUMS = %s, %v", got, err)
	}
}

func TestNotes(t *testing.T) {
	run := build(t)
	file := write(t, filepath.Join(t.TempDir(), "CHANGELOG.md"), "# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-11-25\n\n### Added\n\n- One.\n\n## [1.2.2] - 2026-11-24\n\n- Two.\n")
	for version, want := range map[string]string{"v1.2.3": "### Added\n\n- One.\n", "1.2.2": "- Two.\n"} {
		if got, err := run("notes", file, version); err != nil || got != want {
			t.Errorf("notes of %s = %q, %v, want %q", version, got, err, want)
		}
	}
	if got, err := run("notes", file, "v1.2"); err == nil || !strings.Contains(got, "no section about v1.2") {
		t.Errorf("notes of a missing version = %q, %v", got, err)
	}
}

var target = regexp.MustCompile(`\bmake(?: -s)? ([a-z][a-z-]*)`)

// TestTheWorkflowsRunTheSameTargets: those that exist, and all that .ci/run does.
func TestTheWorkflowsRunTheSameTargets(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	ran := make(map[string][]string)
	for _, file := range []string{"../../.ci/run", "../../.github/workflows/ci.yml", "../../.github/workflows/release.yml"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(string(text), "\n") {
			command := strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(line), "- run: "), "step ")
			if m := target.FindStringSubmatch(command); m != nil && strings.HasPrefix(command, "make") {
				ran[file] = append(ran[file], m[1])
				if !regexp.MustCompile(`(?m)^` + m[1] + `:`).Match(makefile) {
					t.Errorf("%s runs make %s, which does not exist", file, m[1])
				}
			}
		}
	}
	for _, name := range ran["../../.ci/run"] {
		if !slices.Contains(ran["../../.github/workflows/ci.yml"], name) {
			t.Errorf("ci.yml does not run make %s, which .ci/run does", name)
		}
	}
	if len(ran["../../.ci/run"]) < 5 || !slices.Contains(ran["../../.github/workflows/release.yml"], "package") {
		t.Errorf("found only %v", ran)
	}
}
