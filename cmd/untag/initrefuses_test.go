package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// function writes a zip file with a program for a processor, as ELF headers say, and returns its
// name.
func function(t *testing.T, file string, machine uint16) string {
	t.Helper()
	var program bytes.Buffer
	program.WriteString("\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9))
	for _, value := range []any{uint16(2), machine, uint32(1), uint64(0), uint64(0), uint64(0), uint32(0), uint16(64), uint16(56), uint16(0), uint16(64), uint16(0), uint16(0)} {
		if err := binary.Write(&program, binary.LittleEndian, value); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(t.TempDir(), "f.zip")
	out, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	z := zip.NewWriter(out)
	entry, err := z.Create(file)
	if err == nil {
		_, err = entry.Write(program.Bytes())
	}
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return name
}

const forARM, forX86 = 183, 62

func TestInitWithAFunction(t *testing.T) {
	folder := t.TempDir()
	arm := function(t, "bootstrap", forARM)
	if code, out := initIn(t, folder, "", "--sender", "stripe", "--function", arm); code != 0 || strings.Contains(out, "is not here yet") {
		t.Fatalf("exit %d:\n%s", code, out)
	}
	if readFile(t, folder, "function/untag-arm64.zip") != readFile(t, arm) {
		t.Error("function/untag-arm64.zip is not the file that was named")
	}
	if sums := readFile(t, folder, "function/SHA256SUMS"); !regexp.MustCompile(`^[0-9a-f]{64}  untag-arm64\.zip\n$`).MatchString(sums) {
		t.Errorf("SHA256SUMS is %q", sums)
	}
	if code, out := initIn(t, folder, "", "--yes"); code != 0 || !strings.Contains(out, "nothing to change") {
		t.Errorf("again: exit %d:\n%s", code, out)
	}
	other := function(t, "bootstrap", forX86)
	code, out := initIn(t, folder, "", "--yes", "--architecture", "x86_64", "--function", other)
	if code != 0 || !strings.Contains(readFile(t, folder, "template.yaml"), "untag-x86_64.zip") || !strings.Contains(readFile(t, folder, "function/SHA256SUMS"), "untag-x86_64.zip") {
		t.Errorf("another processor: exit %d:\n%s", code, out)
	}
}

func TestInitRefuses(t *testing.T) {
	full := folderWith(t, map[string]string{"rules.yaml": goodRules, "notes.txt": "mine"})
	aFile := filepath.Join(full, "notes.txt")
	broken := folderWith(t, map[string]string{".untag.json": "{"})
	newer := folderWith(t, map[string]string{".untag.json": `{"format": 99}`})
	tests := map[string]struct {
		args []string
		says []string
	}{
		"a folder with files":     {[]string{full, "--sender", "stripe"}, []string{"not empty", "notes.txt, rules.yaml", "new folder"}},
		"a file":                  {[]string{aFile, "--sender", "stripe"}, []string{"is a file"}},
		"below a file":            {[]string{filepath.Join(aFile, "x"), "--sender", "stripe"}, []string{"is a file"}},
		"a manifest that is cut":  {[]string{broken}, []string{".untag.json", "restore"}},
		"a newer manifest":        {[]string{newer}, []string{"newer version"}},
		"an unknown sender":       {[]string{"new", "--sender", "strpe"}, []string{`no sender "strpe"`, "did you mean stripe?", "untag senders"}},
		"Zoho CRM":                {[]string{"new", "--sender", "zoho"}, []string{`no sender "zoho"`, "write token for", "zoho-notification"}},
		"hmac, which has no name": {[]string{"new", "--sender", "hmac"}, []string{`no sender "hmac"`}},
		"no sender":               {[]string{"new", "--sender", ","}, []string{"no sender \"\"", "untag senders"}},
		"a wrong module":          {[]string{"new", "--sender", "stripe", "--module", "My Deals"}, []string{"--module", `"My Deals"`}},
		"a wrong tag":             {[]string{"new", "--sender", "stripe", "--tag", "a,b"}, []string{"--tag"}},
		"a tag that is too long":  {[]string{"new", "--sender", "stripe", "--tag", strings.Repeat("x", 26)}, []string{"--tag", "25"}},
		"a wrong data center":     {[]string{"new", "--sender", "stripe", "--data-center", "de"}, []string{"--data-center", "eu"}},
		"a wrong region":          {[]string{"new", "--sender", "stripe", "--region", "Frankfurt"}, []string{"--region", "eu-central-1"}},
		"a wrong processor":       {[]string{"new", "--sender", "stripe", "--architecture", "amd64"}, []string{"--architecture", "x86_64"}},
		"no function":             {[]string{"new", "--sender", "stripe", "--function", "none.zip"}, []string{"none.zip", "no such file", "make package"}},
		"a function that is none": {[]string{"new", "--sender", "stripe", "--function", aFile}, []string{"not a zip file"}},
		"another zip file":        {[]string{"new", "--sender", "stripe", "--function", function(t, "main", forARM)}, []string{"no file bootstrap"}},
		"for another processor":   {[]string{"new", "--sender", "stripe", "--function", function(t, "bootstrap", forX86)}, []string{"another processor", "arm64"}},
		"no name":                 {[]string{""}, []string{"no name"}},
		"two folders":             {[]string{"a", "b"}, []string{"arg"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			code, out := initIn(t, folder, "", tt.args...)
			if code != 2 {
				t.Errorf("exit %d, want 2:\n%s", code, out)
			}
			for _, say := range tt.says {
				if !strings.Contains(out, say) {
					t.Errorf("said, without %q:\n%s", say, out)
				}
			}
			if entries, _ := os.ReadDir(folder); len(entries) > 0 {
				t.Errorf("it has written %v", entries)
			}
		})
	}
}
