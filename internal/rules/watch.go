package rules

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"untag/internal/crmname"
	"untag/internal/event"
)

var (
	watchKeys = []string{"events", "related"}
	// operations are what a notification of Zoho can be about.
	operations = []string{"create", "edit", "delete", "all"}
)

// maxWatched is how many events one subscription may name: Zoho lists ten of a channel.
const maxWatched = 10

// readWatch reads which notifications of Zoho CRM a source subscribes to.
func (r *sourceReader) readWatch() (w event.Watch) {
	n := r.optional("watch")
	if n == nil {
		return w
	}
	if !r.source.Accepts("zoho-notification") && !r.source.TokenInQuery() && len(r.source.Verify) > 0 {
		r.f.wrong(at(r.keys["watch"]), "add `zoho-notification` to `verify`, or a `token` with `query`",
			"`watch` of %s has no effect: Zoho's notifications carry a token in their body or in the query of their URL, and nothing else proves them", r.what)
	}
	m := r.f.readMapping(n, "`watch` of "+r.what, watchKeys)
	if m == nil {
		return w
	}
	w.Related = m.boolean("related")
	events := m.required("events", "name them, as in `events: [Deals.edit]`")
	if events == nil {
		return w
	}
	seen := make(map[string]bool)
	for _, item := range r.f.strings(events, "`events` of "+m.what) {
		name := r.watched(item, m.what)
		if name == "" {
			continue
		}
		if seen[name] {
			r.f.wrong(at(item), "keep one of them", "`%s` is listed twice", name)
		}
		seen[name] = true
		w.Events = append(w.Events, name)
	}
	if len(w.Events) > maxWatched {
		r.f.wrong(at(events), "use `all` for every operation on a module, or declare two sources", "%s names %d events, but a subscription takes at most %d", m.what, len(w.Events), maxWatched)
	}
	return w
}

// watched reads a module and an operation on it, such as Deals.edit.
func (r *sourceReader) watched(n *yaml.Node, what string) string {
	text := resolve(n).Value
	module, operation, found := strings.Cut(text, ".")
	name, err := crmname.ModuleAPIName(module)
	known := false
	for _, one := range operations {
		known = known || one == operation
	}
	switch {
	case !found:
		r.f.wrong(at(n), "write the module and what happens to a record, as in Deals.edit", "`events` of %s: `%s` is not an event", what, text)
	case err != nil:
		r.f.wrong(at(n), "", "`events` of %s: %v", what, err)
	case !known:
		hint := didYouMean(operation, operations)
		if hint == "" {
			hint = "use one of " + list(operations)
		}
		r.f.wrong(at(n), hint, "`events` of %s: `%s` is not what happens to a record", what, operation)
	default:
		return name + "." + operation
	}
	return ""
}
