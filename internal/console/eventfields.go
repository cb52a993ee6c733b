package console

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"untag/internal/condition"
	"untag/internal/event"
)

const (
	// deepest is how deep a page draws fields that are inside each other, and widest how many of
	// one object or list it draws at once.
	deepest, widest = 12, 100
	// openLeast is how many fields an object may have to be unfolded from the start.
	openLeast = 30
	// longestPath and longestValue are in bytes: longer paths are not offered to copy, longer
	// values are cut.
	longestPath, longestValue = 1000, 300
)

// field is a value of an event, as a page draws it.
type field struct {
	// Name is its name, or its position in a list.
	Name string
	// Path is the expression that results in it, "" if it is too long.
	Path string
	// Kind is "string", "number", "boolean", "null", "list" or "object".
	Kind string
	// Text is the value of all but lists and objects, and Cut says that it goes on.
	Text string
	Cut  bool
	// Count is how many fields or elements it has; Kids are those that are drawn.
	Count int
	Kids  []field
	Open  bool
	// More is the address of those that are not drawn, and Left how many they are.
	More string
	Left int
	// Deep says that none is drawn, as they are too deep: they have a page of their own.
	Deep bool
}

// Size says how much is in it.
func (f field) Size() string {
	what := "field"
	if f.Kind == "list" {
		what = "element"
	}
	if f.Count != 1 {
		what += "s"
	}
	return strconv.Itoa(f.Count) + " " + what
}

// Folds reports whether it has something to fold.
func (f field) Folds() bool { return f.Count > 0 }

// drawing draws the fields of one event.
type drawing struct {
	entry  int64
	number int
	hide   func(string) string
	left   *room
}

// fieldsOf draws what an expression can read of an event, each root with what is below it.
func fieldsOf(ev event.Event, d drawing) []field {
	var roots []field
	for _, name := range rootNames {
		value, found := rootOf(ev, name)
		if !found || name != rootNames[0] && isEmpty(value) {
			continue
		}
		f := d.draw(name, value, []any{name}, nil, 0)
		f.Open = f.Open && name == rootNames[0]
		roots = append(roots, f)
	}
	return roots
}

// rootNames are the roots of expressions that have fields, in the order in which they are drawn.
var rootNames = [...]string{"event", "headers", "query"}

// rootOf returns the value of a root of expressions.
func rootOf(ev event.Event, name string) (any, bool) {
	switch name {
	case "event":
		return orEmpty(ev.Fields), true
	case "query":
		return orEmpty(ev.Query), true
	case "headers":
		headers := make(map[string]any, len(ev.Headers))
		for name, value := range ev.Headers {
			headers[name] = value
		}
		return headers, true
	}
	return nil, false
}

func orEmpty(object map[string]any) map[string]any {
	if object == nil {
		return map[string]any{}
	}
	return object
}

func isEmpty(value any) bool {
	object, _ := value.(map[string]any)
	return len(object) == 0
}

// draw draws a value: steps lead to it from a root, and places say the same by position.
func (d drawing) draw(name string, value any, steps []any, places []int, depth int) field {
	f := field{Name: d.hide(nameText(name)), Kind: condition.NameOf(value)}
	f.Path = d.path(steps)
	keys, values := below(value)
	f.Count = len(keys)
	if f.Count == 0 {
		f.Text, f.Cut = d.text(value)
		return f
	}
	f.Open = depth < 2 && f.Count <= openLeast
	d.drawBelow(&f, keys, values, 0, steps, places, depth)
	return f
}

// drawBelow draws what is in an object or a list, from a position on.
func (d drawing) drawBelow(f *field, keys []any, values []any, first int, steps []any, places []int, depth int) {
	last := min(len(keys), first+widest)
	if depth >= deepest {
		last, f.Deep = first, true
	}
	i := first
	for ; i < last && d.left.fields > 0; i++ {
		d.left.fields--
		f.Kids = append(f.Kids, d.draw(fmt.Sprint(keys[i]), values[i], append(slices.Clip(steps), keys[i]), append(slices.Clip(places), i), depth+1))
	}
	if f.Left = len(keys) - i; f.Left > 0 {
		f.More = d.address(steps[0].(string), places, i)
	}
}

// address is that of what is left out below a place, from a position on.
func (d drawing) address(root string, places []int, first int) string {
	texts := make([]string, len(places))
	for i, place := range places {
		texts[i] = strconv.Itoa(place)
	}
	query := url.Values{"event": {strconv.Itoa(d.number)}, "root": {root}, "first": {strconv.Itoa(first)}}
	if len(places) > 0 {
		query.Set("at", strings.Join(texts, "."))
	}
	return fmt.Sprintf("/events/%d/fields?%s", d.entry, query.Encode())
}

// below returns the names of what is in an object, in their order, or the positions in a list,
// with the values.
func below(value any) (keys []any, values []any) {
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			keys, values = append(keys, name), append(values, value[name])
		}
	case []any:
		for i := range value {
			keys = append(keys, i)
		}
		values = value
	}
	return keys, values
}

// nameText returns a name that can be seen.
func nameText(name string) string {
	if strings.TrimSpace(name) == "" {
		return strconv.Quote(name)
	}
	return visible(cutText(name, longestValue))
}

// path returns the expression that results in a value, "" for one with a credential.
func (d drawing) path(steps []any) string {
	path := spelled(steps)
	if d.hide(path) != path {
		return ""
	}
	return path
}

// spelled returns the expression that results in a value, "" if it is too long to be of use.
func spelled(steps []any) string {
	length := 0
	for _, step := range steps {
		name, _ := step.(string)
		if length += len(name) + 2; length > longestPath {
			return ""
		}
	}
	return condition.Spell(steps[0].(string), steps[1:]...)
}

// text returns a value as JSON.
func (d drawing) text(value any) (text string, cut bool) {
	return hiddenJSON(d.hide, value, longestValue)
}

// cutText returns the beginning of a text, whole characters of it.
func cutText(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}

// fieldsPage is a part of an event's fields.
type fieldsPage struct {
	Entry  int64
	Number int
	Field  field
}

// showFields shows what a page has left out of an event's fields: alone for htmx, else as a page.
func (c *Console) showFields(w http.ResponseWriter, r *http.Request) {
	asked, found := c.oneIn(w, r)
	if !found {
		return
	}
	query := r.URL.Query()
	root := query.Get("root")
	value, known := rootOf(asked.event, root)
	if !known {
		c.fault(w, http.StatusNotFound, "The event has no such fields.")
		return
	}
	steps, places := []any{root}, []int{}
	for text := range strings.SplitSeq(query.Get("at"), ".") {
		if text == "" {
			continue
		}
		keys, values := below(value)
		i, err := strconv.Atoi(text)
		if err != nil || i < 0 || i >= len(keys) {
			c.fault(w, http.StatusNotFound, "The event has no such field.")
			return
		}
		value, steps, places = values[i], append(steps, keys[i]), append(places, i)
	}
	first, _ := strconv.Atoi(query.Get("first"))
	keys, values := below(value)
	left := &room{fields: fieldsOnPage}
	d := drawing{asked.entry.ID, asked.number, asked.again.hide, left}
	f := field{Name: d.hide(nameText(fmt.Sprint(steps[len(steps)-1]))), Path: d.path(steps), Kind: condition.NameOf(value), Count: len(keys), Open: true}
	d.drawBelow(&f, keys, values, min(max(first, 0), len(keys)), steps, places, 0)
	if r.Header.Get("HX-Request") != "" {
		c.pages.write(w, http.StatusOK, "fields", "kids", f)
		return
	}
	c.pages.show(w, http.StatusOK, "fields", page{Title: "Fields", Tab: "/", Data: fieldsPage{asked.entry.ID, asked.number, f}})
}
