package pipeline

import "encoding/json"

// MaxListed is how many items of each list an answer or a log line contains at most.
const MaxListed = 100

// More says how many items an answer leaves out of each list.
type More struct {
	Removed  int `json:"removed,omitempty"`
	Failed   int `json:"failed,omitempty"`
	Errors   int `json:"errors,omitempty"`
	Skipped  int `json:"skipped,omitempty"`
	Observed int `json:"observed,omitempty"`
}

// MarshalJSON writes the first items of each list, and how many more there are.
func (o Outcome) MarshalJSON() ([]byte, error) {
	type plain Outcome // without this method
	p, more := plain(o), More{}
	p.Removed, more.Removed = Listed(o.Removed)
	p.Failed, more.Failed = Listed(o.Failed)
	p.Errors, more.Errors = Listed(o.Errors)
	p.Skipped, more.Skipped = Listed(o.Skipped)
	p.Observed, more.Observed = Listed(o.Observed)
	if more != (More{}) {
		p.More = &more
	}
	return json.Marshal(p)
}

// Listed returns the items of a list that are shown, and how many more there are.
func Listed[T any](list []T) (shown []T, more int) {
	n := min(len(list), MaxListed)
	return list[:n], len(list) - n
}
