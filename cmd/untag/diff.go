package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"untag/internal/findings"
	"untag/internal/local"
	"untag/internal/rules"
	"untag/internal/rulesdiff"
	"untag/internal/sandbox"
	"untag/internal/terminal"
	"untag/internal/userfile"
	"untag/internal/zoho"
)

type diffFlags struct {
	events  []string
	records string
	json    bool
	// faults is where what is wrong with the rules is printed.
	faults io.Writer
}

func newDiff() *cobra.Command {
	var f diffFlags
	c := &cobra.Command{
		Use:   "diff OLD NEW -e EVENTS",
		Short: "Show which events other rules would treat differently",
		Long: `Compare two rules files by what they do with recorded events: which tags would newly come
off which record, and which no longer. Nothing is sent. The same removal by another rule, or
rules in another order, are no difference. One of OLD, NEW and the events can be -, for standard
input.

Without --records, rules that look for records or read them are compared by what they ask for.
Signatures and tokens are not checked.

Exit codes: 0: all events are treated alike; 1: some are treated differently; 2: wrong usage, an
unreadable file, or an event that neither file can read.`,
		Example: `  untag diff rules.yaml new-rules.yaml -e events
  git show main:rules.yaml | untag diff - rules.yaml -e events --records events/crm.yaml`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, files []string) error {
			f.faults = c.ErrOrStderr()
			return runDiff(c.Context(), c.InOrStdin(), c.OutOrStdout(), files[0], files[1], f)
		},
	}
	c.Flags().StringArrayVarP(&f.events, "event", "e", nil, "folder of recorded events, or a file with one; - for standard input; may be repeated")
	c.Flags().StringVar(&f.records, "records", "", "YAML file of the CRM's records, for rules that read them")
	c.Flags().BoolVar(&f.json, "json", false, "print as JSON")
	return c
}

func runDiff(ctx context.Context, stdin io.Reader, w io.Writer, oldFile, newFile string, f diffFlags) error {
	if n := fromStdin(append(f.events, oldFile, newFile)); n > 1 {
		return fmt.Errorf("- stands for standard input %d times; only one of OLD, NEW and the events can come from there", n)
	}
	older, err := f.version(stdin, oldFile)
	if err != nil {
		return err
	}
	newer, err := f.version(stdin, newFile)
	if err != nil {
		return err
	}
	files, err := f.files()
	if err != nil {
		return err
	}
	var report rulesdiff.Report
	names := namesOf(files)
	for _, file := range files {
		payload, err := userfile.ReadOrStdin(stdin, "event", "name another with -e", file)
		if err != nil {
			return err
		}
		differences, err := rulesdiff.Payload(ctx, payload, older, newer)
		report.Add(names[file], differences, err)
	}
	if f.json {
		err = report.PrintJSON(w)
	} else {
		err = report.Print(w)
	}
	switch {
	case err != nil:
		return err
	case len(report.Unread) > 0:
		return fmt.Errorf("%d of %d files could not be read as an event", len(report.Unread), len(files))
	case report.Different > 0:
		return terminal.AnswerIsNo("")
	}
	return nil
}

// namesOf returns what a report calls files: by their names alone, unless two folders have the same.
func namesOf(files []string) map[string]string {
	used := make(map[string]int)
	for _, file := range files {
		used[filepath.Base(file)]++
	}
	names := make(map[string]string)
	for _, file := range files {
		if names[file] = filepath.Base(file); used[names[file]] > 1 {
			names[file] = file
		}
	}
	return names
}

// fromStdin counts the names that stand for standard input.
func fromStdin(names []string) int {
	n := 0
	for _, name := range names {
		if name == userfile.Stdin {
			n++
		}
	}
	return n
}

// version reads one of the rules files, and the records that its rules look up.
func (f diffFlags) version(stdin io.Reader, file string) (rulesdiff.Version, error) {
	data, err := userfile.ReadOrStdin(stdin, "rules", "name two rules files, the old one first", file)
	if err != nil {
		return rulesdiff.Version{}, err
	}
	if file == userfile.Stdin {
		file = "standard input"
	}
	set, faults := rules.LoadFor(data, zoho.HasModule(os.Getenv("ZOHO_API_VERSION")))
	if set == nil {
		if err := findings.Print(f.faults, file, data, nil, faults); err != nil {
			return rulesdiff.Version{}, err
		}
		return rulesdiff.Version{}, fmt.Errorf("%s cannot be used: correct what is listed above", file)
	}
	return ofRules(set, f.records)
}

// ofRules returns a version of the rules to compare.
func ofRules(set *rules.Rules, recordsFile string) (rulesdiff.Version, error) {
	if recordsFile == "" {
		return rulesdiff.NewVersion(set, nil, os.Getenv("PUBLIC_URL"))
	}
	records, err := userfile.ReadRecords(recordsFile)
	if err != nil {
		return rulesdiff.Version{}, err
	}
	return rulesdiff.NewVersion(set, sandbox.New(sandbox.Config{Records: records}), os.Getenv("PUBLIC_URL"))
}

// files lists the files that the flags name, and those of the folders that they name.
func (f diffFlags) files() ([]string, error) {
	if len(f.events) == 0 {
		return nil, errors.New("name recorded events with -e, such as untag diff old.yaml rules.yaml -e events; untag run --record writes them")
	}
	var files []string
	for _, name := range f.events {
		info, err := os.Stat(name)
		if name == "-" || err != nil || !info.IsDir() {
			files = append(files, name) // reading it says what is wrong
			continue
		}
		list, err := local.EventFiles(name)
		if none, ok := errors.AsType[local.NoEvents](err); ok {
			return nil, fmt.Errorf("read the events: %s; name another folder with -e", none.Why)
		}
		if err != nil {
			return nil, fmt.Errorf("-e %s: %w", name, err)
		}
		files = append(files, list...)
	}
	return files, nil
}
