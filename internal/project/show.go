package project

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"untag/internal/terminal"
)

// PrintChanges prints what is to be written to a folder that exists.
func (p *Plan) PrintChanges(w io.Writer) error {
	var out strings.Builder
	for _, c := range p.Changes {
		switch {
		case !c.Exists:
			fmt.Fprintf(&out, "%s: new\n\n", c.Path)
		case c.Binary:
			fmt.Fprintf(&out, "%s: another version of the function\n\n", c.Path)
		default:
			fmt.Fprintf(&out, "--- %s\n+++ %[1]s, as it would be\n", c.Path)
			for _, one := range difference(c.Before, c.Text) {
				out.WriteString(terminal.Clean(one) + "\n")
			}
			out.WriteByte('\n')
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// PrintNotes prints what the user should know: files that stay as they are, and sources that are
// missing.
func (p *Plan) PrintNotes(w io.Writer) error {
	var out strings.Builder
	for _, path := range p.Kept {
		fmt.Fprintf(&out, "You have changed %s, so it stays as it is. To have untag's version, delete the file and run untag init again.\n", path)
	}
	for _, name := range p.Missing {
		fmt.Fprintf(&out, "rules.yaml is yours, so it has no source for %s yet: untag senders %[1]s shows what to add.\n", name)
	}
	if !p.HasFunction {
		fmt.Fprintf(&out, "The function is not here yet: copy %s from untag's release, or from dist/ after `make package`, with\n  untag init %s --function FILE\n", functionName(p.Choices.Architecture), word(p.folder))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// PrintMade prints what a new folder has, and what to do next.
func (p *Plan) PrintMade(w io.Writer) error {
	var out strings.Builder
	fmt.Fprintf(&out, "untag init wrote to %s:\n\n", terminal.Clean(p.folder))
	for _, c := range p.Changes {
		fmt.Fprintf(&out, "  %s\n", c.Path)
	}
	out.WriteString("\nNext:\n\n")
	if filepath.Clean(p.folder) != "." {
		fmt.Fprintf(&out, "  cd %s\n", word(p.folder))
	}
	out.WriteString("  untag check && untag test\n  untag run\n\nuntag run prints the address of a console: open it in a browser to see each event, and why each rule did or did\nnot fire. README.md says how to change the rules and how to deploy them.\n")
	_, err := io.WriteString(w, out.String())
	return err
}

// word returns a name as a shell takes it.
func word(name string) string {
	if name != "" && strings.IndexFunc(name, func(c rune) bool { return !strings.ContainsRune(plain, c) }) < 0 {
		return name
	}
	return "'" + strings.ReplaceAll(terminal.Clean(name), "'", `'\''`) + "'"
}

// plain are the characters that mean nothing to a shell.
const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-"
