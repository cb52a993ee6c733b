package rules

// ReadPath is a field that a rule reads: the names that lead to it from the event, or from the
// query if Query is true.
type ReadPath struct {
	Query bool
	Names []string
}

// Paths returns the fields of the event and of the query that the rules of a source can read. A
// path without names means that a rule may read all of them.
func (r *Rules) Paths(source string) []ReadPath {
	ix := r.bySource[source]
	if ix == nil {
		return nil
	}
	var paths []ReadPath
	for _, rule := range ix.rules {
		for _, e := range rule.expressions() {
			for _, read := range e.Reads() {
				if root := read.Path.Root; root == "event" || root == "query" {
					paths = append(paths, ReadPath{root == "query", read.Path.Names})
				}
			}
		}
	}
	return paths
}
