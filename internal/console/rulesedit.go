package console

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// edited reads the form of the editor: the text as it would be saved, as it is shown, and the version
// of the file that it was made of.
func (c *Console) edited(w http.ResponseWriter, r *http.Request, p rulesPage, file []byte) (text, shown, version string, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, mostOfRules)
	if err := r.ParseForm(); err != nil {
		return "", "", "", errors.New("the form is larger than 8 MiB, or is not one")
	}
	version = r.PostForm.Get("version")
	// A browser sends each line break of a form as two characters.
	shown = strings.ReplaceAll(r.PostForm.Get("text"), "\r\n", "\n")
	text = shown
	if version == p.Version {
		text = withSecrets(text, file, p.Checked.Faults)
	}
	if strings.Contains(string(file), "\r\n") {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
	}
	return text, shown, version, nil
}

// compareRules shows what an edited text would do differently. Nothing runs with it.
func (c *Console) compareRules(w http.ResponseWriter, r *http.Request) {
	page := c.wholeRulesPage
	typed := r.Header.Get("HX-Request") != "" // only what the text would do is shown
	if typed {
		page = func(*http.Request) (rulesPage, []byte, error) { return c.rulesPage() }
	}
	p, file, fileErr := page(r)
	text, shown, version, err := c.edited(w, r, p, file)
	status := http.StatusOK
	if err == nil {
		p.Editor = newEditor(p.Name, version, shown)
		p.Editor.Asked, p.Editor.Checked = true, c.check([]byte(text))
		if p.Editor.Checked.set != nil {
			p.Editor.Difference, err = c.whatIf(r.Context(), p.Editor.Checked.set)
		}
	}
	if err = errors.Join(fileErr, err); err != nil {
		p.Fault, status = sentence(err), http.StatusUnprocessableEntity
	}
	if typed {
		c.pages.write(w, http.StatusOK, "rules", "typed", p) // htmx shows no other status
		return
	}
	c.writeRules(w, status, p)
}

// saveRules writes an edited text to the file, if it is still the one that was shown.
func (c *Console) saveRules(w http.ResponseWriter, r *http.Request) {
	p, file, err := c.wholeRulesPage(r)
	text, shown, version, formErr := c.edited(w, r, p, file)
	if err = errors.Join(err, formErr); err == nil && c.File == nil {
		err = errors.New("there is no file to save to")
	}
	if err == nil {
		err = c.File.Save([]byte(text), version)
	}
	if err != nil {
		status := http.StatusUnprocessableEntity
		p.Fault = "Not saved: " + err.Error() + "."
		if errors.Is(err, ErrChanged) {
			status = http.StatusConflict
			p.Fault = "Not saved: " + p.Name + " has changed since it was shown here. Your text is below. To see what the file has now, open this page once more, in another tab."
		}
		p.Editor = newEditor(p.Name, version, shown)
		c.writeRules(w, status, p)
		return
	}
	http.Redirect(w, r, "/rules?done=saved", http.StatusSeeOther)
}

// useRules puts the file into force.
func (c *Console) useRules(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, mostOfForm)
	p, file, err := c.wholeRulesPage(r)
	switch version := r.PostFormValue("version"); {
	case err != nil:
	case c.File == nil:
		err = errors.New("there is no file to use")
	case version != p.Version:
		err = errors.New("the file has changed since it was shown here: look at what is different now")
	case p.Checked.set == nil:
		err = fmt.Errorf("the file has %s: correct what is listed below first", p.Checked.Words())
	default:
		err = c.File.Use(version)
	}
	if err != nil {
		p.Fault = "Not used: " + strings.TrimSuffix(err.Error(), ".") + "."
		p.edit(file)
		c.writeRules(w, http.StatusConflict, p)
		return
	}
	http.Redirect(w, r, "/rules?done=used", http.StatusSeeOther)
}

// countsOf counts what each rule did with the events that are kept.
func countsOf(names []string, all []*Entry) []ruleCount {
	list := make([]ruleCount, len(names))
	at := make(map[string]*ruleCount, len(names))
	for i, name := range names {
		list[i].Name = name
		at[name] = &list[i]
	}
	for _, e := range all {
		did := e.did()
		for name, d := range did {
			n := at[name]
			if n == nil {
				continue
			}
			n.Events++
			n.Matched += number(d.matched)
			n.Removed += number(d.removed)
			n.Observed += number(d.observed)
			n.Failed += number(d.failed)
		}
	}
	for i := range list {
		one := &list[i]
		if one.Events > 0 {
			one.Link = "/?" + filter{Rule: one.Name, Matched: one.Matched < one.Events}.Query()
		}
	}
	return list
}

// deed is what a rule did with one entry. One that could not be evaluated did not match, and one that
// matched may have failed all the same, or found nothing to do.
type deed struct{ matched, removed, observed, failed bool }

// did returns what each rule did, of those for which Rule is true.
func (e *Entry) did() map[string]deed {
	all := make(map[string]deed)
	add := func(rule string, more deed) {
		d := all[rule]
		all[rule] = deed{d.matched || more.matched, d.removed || more.removed, d.observed || more.observed, d.failed || more.failed}
	}
	for _, o := range e.Outcomes {
		for _, r := range o.Removed {
			add(r.Rule, deed{matched: true, removed: true})
		}
		for _, r := range o.Observed {
			add(r.Rule, deed{matched: true, observed: true})
		}
		for _, r := range o.Skipped {
			add(r.Rule, deed{matched: true})
		}
		for _, r := range o.Failed {
			add(r.Rule, deed{matched: true, failed: true})
		}
		for _, r := range o.Errors {
			add(r.Rule, deed{failed: true})
		}
	}
	return all
}

func number(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
