package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"untag/internal/sandbox"
)

const (
	// recordsOnPage is how many records a page has.
	recordsOnPage = 20
	// mostOfForm is how large a form may be, in bytes.
	mostOfForm = 1 << 20
	// longestLine is how many characters a value may have to be edited in one line.
	longestLine = 60
)

// records are the simulated ones.
type records interface {
	Modules() []sandbox.Module
	AddTag(module, id, tag string) error
	RemoveTag(module, id, tag string) error
	SetField(module, id, field string, value any) error
	DeleteField(module, id, field string) error
	Reset()
}

// recordRoutes are those of the records.
func (c *Console) recordRoutes() {
	c.mux.HandleFunc("GET /records", c.showRecords)
	c.mux.HandleFunc("GET /records/tags", c.showTags)
	c.mux.HandleFunc("POST /records/reset", c.resetRecords)
	c.mux.HandleFunc("POST /records/{module}/{id}/{change}", c.changeRecord)
	// The address of a form is what a browser shows after it: there is a page to come back to.
	c.mux.HandleFunc("GET /records/{module}/{id}/{change}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/records?"+url.Values{"module": {r.PathValue("module")}}.Encode(), http.StatusSeeOther)
	})
	c.mux.HandleFunc("GET /records/reset", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/records", http.StatusSeeOther)
	})
}

// recordsPage is a list of records of one module.
type recordsPage struct {
	// Real says that the account is a real one, whose records are not shown.
	Real    bool
	Modules []moduleLink
	Module  string
	Text    string
	Records []recordView
	// Live is the address of what is new, and Tags that of the tags of these records.
	Live, Tags string
	// Earlier and Later are the addresses of other pages of the list, "" for none.
	Earlier, Later string
	// Fault is what is wrong with a change of the record FaultID.
	Fault, FaultID string
}

// moduleLink is a module to choose.
type moduleLink struct {
	Name  string
	Count int
}

// recordView is a record as a page shows it.
type recordView struct {
	Module, ID string
	// Name is what people call it, "" if no field has that.
	Name       string
	Tags, Gone []string
	Fields     []fieldView
	// Open means that its fields are unfolded.
	Open bool
	// Fault is what is wrong with a change of it.
	Fault string
}

// fieldView is a field as one types it.
type fieldView struct {
	Module, ID string
	Name, Text string
	// Long means that it does not fit into a line.
	Long bool
}

// showRecords shows the records of a module.
func (c *Console) showRecords(w http.ResponseWriter, r *http.Request) {
	c.writeRecords(w, http.StatusOK, c.recordsPage(r.URL.Query()))
}

func (c *Console) writeRecords(w http.ResponseWriter, status int, p recordsPage) {
	c.pages.show(w, status, "records", page{Title: "Records", Tab: "/records", Data: p})
}

// showTags shows the tags of the records of a page that is open.
func (c *Console) showTags(w http.ResponseWriter, r *http.Request) {
	c.pages.write(w, http.StatusOK, "records", "all-tags", c.recordsPage(r.URL.Query()))
}

func (c *Console) recordsPage(query url.Values) recordsPage {
	p := recordsPage{Real: c.Records == nil, Module: query.Get("module"), Text: query.Get("q")}
	if p.Real {
		return p
	}
	// What comes while the page is made is told of afterwards.
	var last int64
	if all := c.Kept.All(); len(all) > 0 {
		last = all[0].ID
	}
	modules := c.Records.Modules()
	from, _ := strconv.Atoi(query.Get("from"))
	if module, at := placeOf(modules, p.Module, query.Get("id")); module != "" {
		p.Module, p.Text, from = module, "", at/recordsOnPage*recordsOnPage
	}
	var list []sandbox.Record
	for _, m := range modules {
		p.Modules = append(p.Modules, moduleLink{m.Name, len(m.Records)})
		if p.Module == "" && len(m.Records) > 0 {
			p.Module = m.Name
		}
		if m.Name == p.Module {
			list = matching(m.Records, p.Text)
		}
	}
	from = max(0, min(from, len(list)))
	to := min(from+recordsOnPage, len(list))
	for _, record := range list[from:to] {
		v := newRecordView(p.Module, record)
		v.Open = record.ID == query.Get("open")
		p.Records = append(p.Records, v)
	}
	if from > 0 {
		p.Earlier = p.address("/records", max(0, from-recordsOnPage))
	}
	if to < len(list) {
		p.Later = p.address("/records", to)
	}
	p.Tags = p.address("/records/tags", from)
	p.Live = "/live?" + url.Values{"run": {c.run}, "after": {strconv.FormatInt(last, 10)}, "outcome": {"removed"}}.Encode()
	return p
}

// placeOf returns the module that holds a record, and its position there; "" if there is none. A
// task, an event or a call is also one of Activities.
func placeOf(modules []sandbox.Module, module, id string) (name string, at int) {
	for _, m := range modules {
		if id == "" || m.Name != module && module != "Activities" {
			continue
		}
		if at := slices.IndexFunc(m.Records, func(r sandbox.Record) bool { return r.ID == id }); at >= 0 {
			return m.Name, at
		}
	}
	return "", 0
}

// address is the address of a part of the list.
func (p recordsPage) address(path string, from int) string {
	query := url.Values{"module": {p.Module}}
	if p.Text != "" {
		query.Set("q", p.Text)
	}
	if from > 0 {
		query.Set("from", strconv.Itoa(from))
	}
	return path + "?" + query.Encode()
}

// matching returns the records that have a text in their id, their tags or their fields.
func matching(list []sandbox.Record, text string) []sandbox.Record {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return list
	}
	var found []sandbox.Record
	for _, record := range list {
		all := append(append([]string{record.ID}, record.Tags...), record.Gone...)
		for _, f := range record.Fields {
			all = append(all, sandbox.ValueText(f.Value))
		}
		if strings.Contains(strings.ToLower(strings.Join(all, "\n")), text) {
			found = append(found, record)
		}
	}
	return found
}

func newRecordView(module string, r sandbox.Record) recordView {
	v := recordView{Module: module, ID: r.ID, Tags: r.Tags, Gone: r.Gone}
	for _, f := range r.Fields {
		text := sandbox.ValueText(f.Value)
		v.Fields = append(v.Fields, fieldView{
			Module: module, ID: r.ID, Name: f.Name, Text: text, Long: len(text) > longestLine || strings.Contains(text, "\n"),
		})
		name, ok := f.Value.(string)
		if ok && (strings.HasSuffix(f.Name, "_Name") || f.Name == "Subject" || f.Name == "Name") && (v.Name == "" || f.Name != "First_Name") {
			v.Name = name
		}
	}
	return v
}

// changeRecord changes one record, and shows it again.
func (c *Console) changeRecord(w http.ResponseWriter, r *http.Request) {
	if c.Records == nil {
		c.fault(w, http.StatusConflict, "There are no simulated records: untag run --zoho works with a real account.")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, mostOfForm)
	if err := r.ParseForm(); err != nil {
		c.fault(w, http.StatusBadRequest, "The form is larger than 1 MiB, or is not one.")
		return
	}
	module, id := r.PathValue("module"), r.PathValue("id")
	err := c.change(r.PathValue("change"), module, id, r.PostForm)
	query := url.Values{"module": {module}, "id": {id}}
	if r.PathValue("change") == "field" {
		query.Set("open", id)
	}
	if err == nil {
		http.Redirect(w, r, "/records?"+query.Encode()+"#r"+id, http.StatusSeeOther)
		return
	}
	p := c.recordsPage(query)
	p.Fault, p.FaultID = sentence(err), id
	for i := range p.Records {
		if p.Records[i].ID == id {
			p.Records[i].Fault, p.Fault = p.Fault, ""
			break
		}
	}
	status := http.StatusUnprocessableEntity
	if edit, ok := errors.AsType[*sandbox.EditError](err); ok && edit.Missing {
		status = http.StatusNotFound
	}
	if r.Header.Get("HX-Request") != "" {
		status = http.StatusOK // htmx shows no other answer
	}
	c.writeRecords(w, status, p)
}

// errNoChange is about an address that no form has.
var errNoChange = errors.New("there is no such change of a record")

func (c *Console) change(what, module, id string, form url.Values) error {
	// A browser sends each line break of a form as two characters.
	value := strings.ReplaceAll(form.Get("value"), "\r\n", "\n")
	switch what {
	case "add-tag":
		return c.Records.AddTag(module, id, strings.TrimSpace(form.Get("tag")))
	case "remove-tag":
		return c.Records.RemoveTag(module, id, form.Get("tag"))
	case "field":
		if form.Get("do") == "delete" {
			return c.Records.DeleteField(module, id, form.Get("field"))
		}
		return c.Records.SetField(module, id, strings.TrimSpace(form.Get("field")), sandbox.ReadValue(value))
	}
	return errNoChange
}

// resetRecords returns all records to what they were at first.
func (c *Console) resetRecords(w http.ResponseWriter, r *http.Request) {
	if c.Records == nil {
		c.fault(w, http.StatusConflict, "There are no simulated records: untag run --zoho works with a real account.")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, mostOfForm)
	to := "/records"
	if module := r.PostFormValue("module"); module != "" {
		to += "?" + url.Values{"module": {module}}.Encode()
	}
	c.Records.Reset()
	http.Redirect(w, r, to, http.StatusSeeOther)
}
