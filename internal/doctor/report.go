package doctor

import (
	"encoding/json"
	"fmt"
	"io"

	"untag/internal/terminal"
)

// Status is how a check ended.
type Status string

// A fault keeps untag from its work; a warning is what may, or what could not be checked.
const (
	OK      Status = "ok"
	Warning Status = "warning"
	Fault   Status = "fault"
)

// Line is the result of one check.
type Line struct {
	Status Status `json:"status"`
	// Check is what was looked at, such as "webhook secrets".
	Check string `json:"check"`
	// Found is what was found, and Do what to do about it, "" if nothing.
	Found string `json:"found"`
	Do    string `json:"do,omitempty"`
}

// Report collects the results.
type Report struct{ Lines []Line }

func (r *Report) add(status Status, check, do, format string, args ...any) {
	r.Lines = append(r.Lines, Line{status, check, fmt.Sprintf(format, args...), do})
}

func (r *Report) ok(check, format string, args ...any) { r.add(OK, check, "", format, args...) }

func (r *Report) warn(check, do, format string, args ...any) {
	r.add(Warning, check, do, format, args...)
}

func (r *Report) fault(check, do, format string, args ...any) {
	r.add(Fault, check, do, format, args...)
}

// Count returns how many lines have a status.
func (r *Report) Count(status Status) int {
	n := 0
	for _, l := range r.Lines {
		if l.Status == status {
			n++
		}
	}
	return n
}

// PrintJSON writes the report as one line of JSON.
func (r *Report) PrintJSON(w io.Writer) error {
	return json.NewEncoder(w).Encode(map[string]any{
		"lines": r.Lines, "warnings": r.Count(Warning), "faults": r.Count(Fault),
	})
}

// Add adds what was found by other means.
func (r *Report) Add(status Status, check, found, do string) {
	r.Lines = append(r.Lines, Line{status, check, found, do})
}

// Print writes a line for each check, and below it what to do.
func (r *Report) Print(w io.Writer) error {
	for _, l := range r.Lines {
		text := terminal.Clean(fmt.Sprintf("%-7s  %s: %s", l.Status, l.Check, l.Found))
		if l.Do != "" {
			text += "\n         " + terminal.Clean("→ "+l.Do)
		}
		if _, err := fmt.Fprintln(w, text); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "\n%s, %s, %s\n", plural(len(r.Lines), "check"), plural(r.Count(Warning), "warning"), plural(r.Count(Fault), "fault"))
	return err
}
