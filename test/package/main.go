// Command package writes the files of a release so that the same sources always make the same
// bytes: zips without times, and a list of checksums in the order of the names.
//
//	package zip OUT.zip FILE…   FILE is stored under its last name; programs are executable
//	package sums FOLDER         writes FOLDER/SHA256SUMS over everything else in it
//	package notes FILE VERSION  prints the section about the version of a changelog
package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "package:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) >= 3 && args[0] == "zip":
		return writeZip(args[1], args[2:])
	case len(args) == 2 && args[0] == "sums":
		return writeSums(args[1])
	case len(args) == 3 && args[0] == "notes":
		return printNotes(os.Stdout, args[1], args[2])
	}
	return errors.New("usage: package zip OUT.zip FILE… | package sums FOLDER | package notes FILE VERSION")
}

// executable are the files of a release that are programs.
var executable = []string{"bootstrap", "untag", "untag.exe"}

// stored is the time of every file in a zip: the earliest that the format knows.
var stored = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// writeZip writes a zip with these files, in the order of their names.
func writeZip(out string, files []string) error {
	slices.SortFunc(files, func(a, b string) int { return bytes.Compare([]byte(filepath.Base(a)), []byte(filepath.Base(b))) })
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read what goes into the zip: %w", err)
		}
		header := &zip.FileHeader{Name: filepath.Base(file), Method: zip.Deflate, Modified: stored}
		header.SetMode(0o644)
		if slices.Contains(executable, header.Name) {
			header.SetMode(0o755)
		}
		w, err := archive.CreateHeader(header)
		if err != nil {
			return fmt.Errorf("write %s into the zip: %w", header.Name, err)
		}
		if _, err := w.Write(data); err != nil {
			return fmt.Errorf("write %s into the zip: %w", header.Name, err)
		}
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("end the zip: %w", err)
	}
	return os.WriteFile(out, buffer.Bytes(), 0o644)
}

const sumsFile = "SHA256SUMS"

// writeSums writes the checksums of a folder's files, as `sha256sum --check` reads them.
func writeSums(folder string) error {
	entries, err := os.ReadDir(folder) // in the order of the names
	if err != nil {
		return fmt.Errorf("list the files of the release: %w", err)
	}
	var sums bytes.Buffer
	for _, e := range entries {
		if e.IsDir() || e.Name() == sumsFile {
			continue
		}
		data, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return fmt.Errorf("read a file of the release: %w", err)
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(data), e.Name())
	}
	return os.WriteFile(filepath.Join(folder, sumsFile), sums.Bytes(), 0o644)
}

// printNotes prints what a changelog says about a version, such as v1.2.3, under the title
// "## [1.2.3]".
func printNotes(w io.Writer, changelog, version string) error {
	data, err := os.ReadFile(changelog)
	if err != nil {
		return fmt.Errorf("read the changelog: %w", err)
	}
	_, rest, found := strings.Cut("\n"+string(data), "\n## ["+strings.TrimPrefix(version, "v")+"]")
	if !found {
		return fmt.Errorf("%s has no section about %s: move what is under Unreleased to one", changelog, version)
	}
	_, rest, _ = strings.Cut(rest, "\n") // the rest of the title: the date
	notes, _, _ := strings.Cut(rest, "\n## ")
	_, err = fmt.Fprintln(w, strings.TrimSpace(notes))
	return err
}
