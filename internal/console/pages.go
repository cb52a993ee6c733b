package console

import (
	"bytes"
	"crypto/rand"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed all:templates
var templates embed.FS

// page is what a template shows.
type page struct {
	Title string
	// Tab is the path of the tab in which the page is, "" if it is in none.
	Tab  string
	Data any
}

// tab is an entry of the menu.
type tab struct{ Path, Name string }

// Tabs are the entries of the menu.
func (page) Tabs() []tab {
	return []tab{{"/", "Events"}, {"/records", "Records"}, {"/rules", "Rules"}, {"/send", "Send"}}
}

// pages are the templates by their names. Each file of the folder is a page, but for those
// whose names begin with an underscore, which every page can use.
type pages map[string]*template.Template

// parsePages parses the embedded templates, which a test does as well: it cannot fail. Those
// of dead letters have no menu, as nothing is sent and no record is there.
func parsePages(dead bool, run string) pages {
	shared := template.New("").Funcs(words()).Funcs(template.FuncMap{
		"dead": func() bool { return dead }, "run": func() string { return run },
	})
	names, _ := fs.Glob(templates, "templates/*.html")
	for _, name := range names {
		if strings.HasPrefix(path.Base(name), "_") {
			template.Must(shared.ParseFS(templates, name))
		}
	}
	all := pages{}
	for _, name := range names {
		if base := path.Base(name); !strings.HasPrefix(base, "_") {
			all[strings.TrimSuffix(base, ".html")] = template.Must(template.Must(shared.Clone()).ParseFS(templates, name))
		}
	}
	return all
}

// show writes a whole page.
func (p pages) show(w http.ResponseWriter, status int, name string, data page) {
	p.write(w, status, name, "layout", data)
}

// write writes one template of a page: the whole of it, or a part that the browser puts into a
// page that it has.
func (p pages) write(w http.ResponseWriter, status int, name, part string, data any) {
	var out bytes.Buffer
	if err := p[name].ExecuteTemplate(&out, part, data); err != nil {
		http.Error(w, "The page could not be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes()) // a browser that has gone away misses nothing
}

// text returns one template of a page.
func (p pages) text(name, part string, data any) (string, error) {
	var out strings.Builder
	err := p[name].ExecuteTemplate(&out, part, data)
	return out.String(), err
}

func newRun() string { return rand.Text() }

// ofAnotherRun reports whether a form was made by another run of the program, whose entries have
// the same ids. A program that sends a form may leave that out.
func (c *Console) ofAnotherRun(r *http.Request) bool {
	run := r.PostFormValue("run")
	return run != "" && run != c.run
}

// otherRun says what to do about a form of another run.
const otherRun = "This page is from before untag run was started again, and its events now have other numbers. Load the list of events, and choose again."
