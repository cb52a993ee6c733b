package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The commands in the READMEs of docs/recipes, in blocks of sh, do what the READMEs say.
func TestCommandsOfRecipes(t *testing.T) {
	readmes, err := filepath.Glob(filepath.Join(started, "../../docs/recipes/*/README.md"))
	if err != nil || len(readmes) < 10 {
		t.Fatalf("%d recipes, %v", len(readmes), err)
	}
	secret := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(secret, []byte("c29tZSBzZWNyZXQgb2YgdGhlIHRlc3Rz"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, readme := range readmes {
		t.Run(filepath.Base(filepath.Dir(readme)), func(t *testing.T) {
			text, err := os.ReadFile(readme)
			if err != nil {
				t.Fatal(err)
			}
			run := make(map[string]bool)
			inShell := false
			for line := range strings.Lines(string(text)) {
				if strings.HasPrefix(line, "```") {
					inShell = strings.HasPrefix(line, "```sh")
				}
				words := shellWords(strings.TrimSpace(line))
				if !inShell || len(words) < 2 || words[0] != "untag" {
					continue
				}
				args := words[1:]
				switch args[0] {
				case "run":
					args = append(args, "--once")
				case "send":
					args = append(args, "--print")
				}
				for i := range args {
					args[i] = strings.ReplaceAll(args[i], "secret.txt", secret)
				}
				run[args[0]] = true
				code, out := untag(t, filepath.Dir(readme), args...)
				if code != 0 || args[0] == "explain" && !strings.Contains(out, ": fires") {
					t.Errorf("%s: exit status %d\n%s", line, code, out)
				}
			}
			for _, command := range []string{"test", "explain"} {
				if !run[command] {
					t.Errorf("no untag %s", command)
				}
			}
		})
	}
}

// shellWords splits a command into its words; single quotes join them.
func shellWords(line string) []string {
	var words []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			words = append(words, part)
			continue
		}
		words = append(words, strings.Fields(part)...)
	}
	return words
}
