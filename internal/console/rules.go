package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"untag/internal/rules"
)

const (
	// mostOfRules is how large the form with a rules file may be, in bytes.
	mostOfRules = 8 << 20
	// linesOnPage is how many lines of the file a page shows. It shows every line with a fault,
	// up to faultsOnPage.
	linesOnPage, faultsOnPage = 1000, 100
	// rulesOnPage is how many rules the table has.
	rulesOnPage = 200
)

// rulesRoutes are those of the rules.
func (c *Console) rulesRoutes() {
	c.mux.HandleFunc("GET /rules", c.showRules)
	c.mux.HandleFunc("GET /rules/state", c.showState)
	c.mux.HandleFunc("POST /rules/compare", c.compareRules)
	if c.Dead != nil {
		return // nothing is changed: the rules are read again with the queue
	}
	c.mux.HandleFunc("POST /rules/save", c.saveRules)
	c.mux.HandleFunc("POST /rules/use", c.useRules)
}

// rulesPage is the rules file, and what other rules would do.
type rulesPage struct {
	// Name is the path of the file, "" if it is not known.
	Name string
	// Done and Fault say what became of a change.
	Done, Fault string
	// Version is that of the file as it is shown, InForce that of the rules that untag runs with,
	// and Changed says that they are not the same.
	Version, InForce string
	Changed          bool
	// Checked is what is wrong with the file, and Difference what it would do differently.
	Checked    checked
	Difference *whatIf
	Lines      []sourceLine
	MoreLines  int
	Counts     []ruleCount
	MoreRules  int
	Editor     editor
}

// editor is the text that one edits, and what it would do.
type editor struct {
	Name, Text, Version string
	// Rows is how high it is.
	Rows int
	// Asked says that the text was compared.
	Asked      bool
	Checked    checked
	Difference *whatIf
}

// checked is what is wrong with a rules file.
type checked struct {
	Faults           []rules.Fault
	More             int
	Errors, Warnings int
	set              *rules.Rules
}

// sourceLine is a line of the file with what is wrong in it.
type sourceLine struct {
	Number int
	Text   string
	Hidden bool
	Faults []rules.Fault
}

// ruleCount says what a rule did with the events that are kept.
type ruleCount struct {
	Name string
	// Link is the address of the events, "" for none.
	Link string
	// Events is in how many it matched or failed.
	Events, Matched, Removed, Observed, Failed int
}

// check checks the text of a rules file.
func (c *Console) check(text []byte) checked {
	load := c.LoadRules
	if load == nil {
		load = rules.Load
	}
	set, faults := load(text)
	out := checked{set: set, Faults: faults}
	for _, f := range faults {
		if f.Severity == rules.SeverityError {
			out.Errors++
		} else {
			out.Warnings++
		}
	}
	if out.More = len(faults) - faultsOnPage; out.More > 0 {
		out.Faults = faults[:faultsOnPage]
	}
	return out
}

// Words says how much is wrong.
func (c checked) Words() string {
	var parts []string
	for _, one := range []struct {
		n    int
		what string
	}{{c.Errors, "error"}, {c.Warnings, "warning"}} {
		switch {
		case one.n == 1:
			parts = append(parts, "1 "+one.what)
		case one.n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", one.n, one.what))
		}
	}
	return strings.Join(parts, " and ")
}

// showRules shows the file, and what it would do if it is not in force.
func (c *Console) showRules(w http.ResponseWriter, r *http.Request) {
	p, text, err := c.wholeRulesPage(r)
	if err != nil {
		p.Fault = sentence(err)
	}
	switch r.URL.Query().Get("done") {
	case "saved":
		p.Done = "Saved. untag uses it once you choose “Use these rules”."
		if !p.Changed {
			p.Done = "Saved. untag already uses these rules."
		}
	case "used":
		p.Done = "untag uses these rules now."
	}
	p.edit(text)
	c.writeRules(w, http.StatusOK, p)
}

func (c *Console) writeRules(w http.ResponseWriter, status int, p rulesPage) {
	c.pages.show(w, status, "rules", page{Title: "Rules", Tab: "/rules", Data: p})
}

// showState shows a page that is open what has become of the file since.
func (c *Console) showState(w http.ResponseWriter, r *http.Request) {
	p, _, err := c.rulesPage()
	query := r.URL.Query()
	p.InForce = c.Rules().Version()
	if query.Get("shown") == p.Version && query.Get("force") == p.InForce {
		w.WriteHeader(http.StatusNoContent) // nothing is replaced
		return
	}
	if err != nil {
		p.Fault = sentence(err)
		c.pages.write(w, http.StatusOK, "rules", "state", p)
		return
	}
	if err := c.compareFile(r.Context(), &p); err != nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	c.pages.write(w, http.StatusOK, "rules", "changed", p)
}

// wholeRulesPage is like rulesPage, and says what the file would do differently.
func (c *Console) wholeRulesPage(r *http.Request) (p rulesPage, text []byte, err error) {
	p, text, err = c.rulesPage()
	if err == nil {
		err = c.compareFile(r.Context(), &p)
	}
	return p, text, err
}

func (c *Console) compareFile(ctx context.Context, p *rulesPage) (err error) {
	if p.Changed && p.Checked.set != nil {
		p.Difference, err = c.whatIf(ctx, p.Checked.set)
	}
	return err
}

// rulesPage returns the page without the editor, and the text of the file.
func (c *Console) rulesPage() (p rulesPage, text []byte, err error) {
	set, all := c.Rules(), c.Kept.All()
	p.Counts = countsOf(set.Names(), all)
	if p.MoreRules = len(p.Counts) - rulesOnPage; p.MoreRules > 0 {
		p.Counts = p.Counts[:rulesOnPage]
	}
	if c.File == nil {
		return p, nil, nil
	}
	p.Name = c.File.Name()
	if text, err = c.File.Text(); err != nil {
		return p, nil, err
	}
	p.Version, p.InForce, p.Checked = rules.VersionOf(text), set.Version(), c.check(text)
	p.Lines, p.MoreLines = linesOf(text, p.Checked.Faults)
	p.Changed = p.Version != p.InForce
	return p, text, nil
}

// edit puts the text of the file into the editor, without its secrets.
func (p *rulesPage) edit(text []byte) {
	p.Editor = newEditor(p.Name, p.Version, withoutSecrets(string(text), p.Checked.Faults))
}

func newEditor(name, version, text string) editor {
	return editor{Name: name, Version: version, Text: text, Rows: min(max(strings.Count(text, "\n")+3, 12), 32)}
}

// linesOf returns the lines of a file, each with its faults, and how many are left out.
func linesOf(text []byte, faults []rules.Fault) (lines []sourceLine, more int) {
	at := make(map[int][]rules.Fault)
	for _, f := range faults {
		at[f.Line] = append(at[f.Line], f)
	}
	all := strings.Split(strings.TrimSuffix(strings.ToValidUTF8(string(text), "\ufffd"), "\n"), "\n")
	for i, line := range all {
		here := at[i+1]
		delete(at, i+1)
		if i >= linesOnPage && here == nil {
			more++
			continue
		}
		one := sourceLine{Number: i + 1, Text: visible(strings.TrimRight(line, "\r")), Faults: here}
		if one.Hidden = slices.ContainsFunc(here, func(f rules.Fault) bool { return f.Masked }); one.Hidden {
			one.Text = ""
		}
		lines = append(lines, one)
	}
	for _, f := range faults {
		if at[f.Line] != nil && len(lines) > 0 { // behind the last line
			lines[len(lines)-1].Faults = append(lines[len(lines)-1].Faults, f)
		}
	}
	return lines, more
}

// hiddenLine stands for a line with a secret.
func hiddenLine(number int) string {
	return fmt.Sprintf("# (line %d has a secret and is not shown)", number)
}

// withoutSecrets returns a text in which other lines stand for those with a secret.
func withoutSecrets(text string, faults []rules.Fault) string {
	lines := strings.Split(text, "\n")
	for _, f := range faults {
		if f.Masked && f.Line >= 1 && f.Line <= len(lines) {
			lines[f.Line-1] = hiddenLine(f.Line)
		}
	}
	return strings.Join(lines, "\n")
}

// withSecrets puts the lines of a file with a secret back into a text that was made of it.
func withSecrets(text string, file []byte, faults []rules.Fault) string {
	original := strings.Split(string(file), "\n")
	lines := strings.Split(text, "\n")
	for _, f := range faults {
		if !f.Masked || f.Line < 1 || f.Line > len(original) {
			continue
		}
		for i, line := range lines {
			if strings.TrimSpace(line) == hiddenLine(f.Line) {
				lines[i] = original[f.Line-1]
			}
		}
	}
	return strings.Join(lines, "\n")
}
