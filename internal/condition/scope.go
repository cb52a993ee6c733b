package condition

import "time"

// Scope is what an expression can read.
type Scope struct {
	// Event, Query and Record are objects by their fields' names; a nil map has no fields.
	Event, Query, Record map[string]any
	// Headers have their names in lower case.
	Headers map[string]string
	Source  string
	// Now is the time at which the event was received.
	Now time.Time
}

// roots are the names that an expression can use, except `now`.
var roots = [...]string{"event", "headers", "query", "source", "record"}

// root returns the value of a root.
func (s *Scope) root(name string) any {
	switch name {
	case "event":
		return s.Event
	case "query":
		return s.Query
	case "record":
		return s.Record
	case "source":
		return s.Source
	case "now":
		return s.Now.UTC()
	}
	return allHeaders(s.Headers)
}

func allHeaders(headers map[string]string) map[string]any {
	all := make(map[string]any, len(headers))
	for name, value := range headers {
		all[name] = value
	}
	return all
}

// root returns the value of a root. It builds the object of all headers only once, and only
// for expressions such as `"x" in headers` that need it.
func (r *Run) root(name string) any {
	if name != "headers" {
		return r.scope.root(name)
	}
	if r.headers == nil {
		r.headers = allHeaders(r.scope.Headers)
	}
	return r.headers
}
