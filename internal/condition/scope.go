package condition

import "time"

// Scope is what an expression can name.
type Scope struct {
	// Event, Query and Record have the fields; a nil map has none.
	Event, Query, Record map[string]any
	// Headers are under their lower-case names.
	Headers map[string]string
	Source  string
	// Now is the time at which the event was received.
	Now time.Time
}

// roots are the names that an expression sees, `now` apart.
var roots = [...]string{"event", "headers", "query", "source", "record"}

// root returns the value of a name.
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

// root returns the value of a name. Only `"x" in headers` and the like need all headers,
// which are put together once.
func (r *Run) root(name string) any {
	if name != "headers" {
		return r.scope.root(name)
	}
	if r.headers == nil {
		r.headers = allHeaders(r.scope.Headers)
	}
	return r.headers
}
