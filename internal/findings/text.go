package findings

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"untag/internal/rules"
	"untag/internal/sender"
	"untag/internal/terminal"
	"untag/internal/userfile"
)

// PrintSecrets writes a line for each finding about a file of secrets, which names the source
// and never shows a secret.
func PrintSecrets(w io.Writer, file string, faults []userfile.SecretFault) error {
	var out strings.Builder
	for _, f := range faults {
		fmt.Fprintf(&out, "%s: %s\n", terminal.Clean(file), f)
	}
	if len(faults) == 0 {
		fmt.Fprintf(&out, "%s: nothing is wrong\n", terminal.Clean(file))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// Print writes each finding about a rules file: where, what, the line itself, and what to do.
// set is nil if the rules cannot be used.
func Print(w io.Writer, file string, data []byte, set *rules.Rules, faults []rules.Fault) error {
	lines := strings.Split(string(data), "\n")
	var out strings.Builder
	for _, f := range faults {
		message := terminal.Clean(f.Message)
		if f.Severity == rules.SeverityWarning {
			message = "warning: " + message
		}
		fmt.Fprintf(&out, "%s:%d:%d: %s\n", terminal.Clean(file), f.Line, f.Column, message)
		out.WriteString(excerpt(lines, f))
		if f.Hint != "" {
			fmt.Fprintf(&out, "    %s\n", terminal.Clean(f.Hint))
		}
	}
	if set != nil && len(faults) == 0 {
		fmt.Fprintf(&out, "%s: nothing is wrong (rules: %d, sources: %d)\n", terminal.Clean(file), len(set.Names()), len(set.Sources()))
	}
	if set != nil {
		out.WriteString(coverings(file, set))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// coverings says which sources prove only who sends, in a line for each.
func coverings(file string, set *rules.Rules) string {
	var out strings.Builder
	for _, source := range set.Sources() {
		for _, way := range source.Verify {
			if way.Covers() != sender.CoversSender {
				continue
			}
			why := "anyone who has seen a request can send another body with the same proof"
			if way.Verify == nil || way.Verify.Compare != "" {
				why = "anyone who knows the stored secret can send any event"
			}
			fmt.Fprintf(&out, "%s: note: in source `%s`, `%s` proves who sends, but not the body (covers: sender): %s\n", terminal.Clean(file), source.Name, way.Kind, why)
		}
	}
	return out.String()
}

// excerptWidth is how much of a line is shown around its fault.
const excerptWidth = 74

// excerpt returns the line of a fault with a caret below its column. A line with a secret
// is not shown.
func excerpt(lines []string, f rules.Fault) string {
	if f.Line < 1 || f.Line > len(lines) {
		return ""
	}
	if f.Masked {
		return "    (the line has a secret and is not shown)\n"
	}
	runes := []rune(strings.TrimRight(strings.ToValidUTF8(lines[f.Line-1], "\uFFFD"), "\r"))
	column := min(max(f.Column-1, 0), len(runes))
	start := 0
	if column > excerptWidth-10 {
		start = column - excerptWidth/2
	}
	end := min(len(runes), start+excerptWidth)
	shown := strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case terminal.Unprintable(r):
			return utf8.RuneError // as wide as the character it replaces, so that the caret stays in place
		}
		return r
	}, string(runes[start:end]))
	return fmt.Sprintf("    %s\n    %s^\n", shown, strings.Repeat(" ", utf8.RuneCountInString(string(runes[start:column]))))
}
