package zoho

import "net/http"

// verdicts collects what an answer says about each record of a call that changes tags. Its size
// depends on the call, not on how many elements the answer has.
//
// An element names its record by the id, or by the position of the id in the call. An error
// that names no record is the error of the whole call. A success that names no record counts
// only if the call was about one record: in doubt, no tag counts as removed.
type verdicts struct {
	action tagging
	ids    []string
	place  map[string]int
	// own is what the answer says about each record, nil if nothing; unsure marks those named
	// only by a number.
	own    []*element
	unsure []bool
	// call is the error that names no record; a final one is preferred.
	call *element
	// code is the code of the elements that name no record, and mixed says that they differ.
	code  *string
	mixed bool

	// next is the element that is being read.
	next element
}

func newVerdicts(action tagging, ids []string) *verdicts {
	v := &verdicts{
		action: action, ids: ids, place: make(map[string]int, len(ids)),
		own: make([]*element, len(ids)), unsure: make([]bool, len(ids)),
	}
	for i, id := range ids {
		v.place[id] = i
	}
	return v
}

// element reads one element of `data`.
func (v *verdicts) element(s *scanner, a *said) error {
	v.next = element{asked: a.asked}
	err := v.next.read(s)
	a.note(&v.next)
	v.take(&v.next)
	return err
}

// take records what an element says. It copies what it keeps.
func (v *verdicts) take(e *element) {
	i, known := v.place[e.id]
	switch {
	case known:
		v.settle(i, e, true)
		return
	case e.id != "":
		return // about a record that is not in the call
	case len(v.ids) == 1:
		v.settle(0, e, true)
		return
	}
	if i, sure, ok := e.place(len(v.ids)); ok && e.failed() {
		v.settle(i, e, sure)
		return
	}
	if v.code == nil {
		v.code = new(e.code)
	}
	v.mixed = v.mixed || *v.code != e.code
	if e.failed() && e.code != "" && (v.call == nil || e.final() && !v.call.final()) {
		v.call = e.copy()
	}
}

// settle records what the answer says about a record. If it says both success and error
// about one record, the error counts.
func (v *verdicts) settle(i int, e *element, sure bool) {
	if before := v.own[i]; before == nil || !before.failed() && (e.failed() || len(e.kept) > 0) {
		v.own[i], v.unsure[i] = e.copy(), !sure
	}
}

// final reports whether the same call would fail again.
func (e *element) final() bool {
	retry, known := retryable(e.code)
	return known && !retry
}

// whole returns the error of the whole call, nil if the answer is about its records.
func (v *verdicts) whole(c call, a answer) *Error {
	if a.unread != nil {
		return a.unread
	}
	record := ""
	if len(v.ids) == 1 {
		record = v.ids[0]
	}
	if flat := &a.said.element; a.said.data == 0 {
		_, _, placed := flat.place(len(v.ids))
		if !flat.failed() && a.ok() || placed && record == "" {
			v.take(flat)
		} else if failed := c.refused(a, record); failed != nil {
			return failed
		}
	}
	if v.call == nil || v.missing() < len(v.ids) {
		return nil
	}
	err := v.call.error(v.action.operation, a, "")
	err.split, err.whole = err.split || v.mixed, true
	return err
}

// named reports whether an element of a call about one record names that record. If not, it
// may be the error of the whole call.
func (e *element) named() bool {
	_, _, placed := e.place(1)
	return e.id != "" || placed
}

// missing counts the records that the answer says nothing about.
func (v *verdicts) missing() int {
	n := 0
	for _, e := range v.own {
		if e == nil {
			n++
		}
	}
	return n
}

// removals returns what happened to each record.
func (v *verdicts) removals(a answer) []Removal {
	missing := v.missing()
	list := make([]Removal, len(v.ids))
	for i, id := range v.ids {
		list[i].ID = id
		switch e := v.own[i]; {
		case e == nil:
			list[i].Err = v.unsettled(a, id, missing)
		case e.failed():
			list[i].Err = e.error(v.action.operation, a, id)
			list[i].Err.whole = len(v.ids) == 1 && !e.named()
			if v.unsure[i] && missing > 0 {
				list[i].Err.again = alone
			}
		default:
			list[i].Tags = append([]string{}, e.tags...)
			if v.action == adding() {
				continue
			}
			if list[i].Kept = keptTags(a, e, id); list[i].Kept != nil {
				list[i].Err = list[i].Kept[0].Err
			}
		}
	}
	return list
}

// unsettled returns the error of a record that the answer does not name: the error that
// names no record, if that can only be about this record or about the whole call.
func (v *verdicts) unsettled(a answer, id string, missing int) *Error {
	if v.call != nil && (missing == 1 || !v.mixed && !v.call.blamesAnID()) {
		return v.call.error(v.action.operation, a, id)
	}
	err := &Error{
		Operation: v.action.operation, Status: a.status, Code: CodeMissingInAnswer, Record: id,
		Message: "the answer says nothing about this record",
	}
	if refused := v.call != nil || v.anyFailed(); refused && !overloaded(a.status) {
		err.again = withOthers
	}
	return err
}

func (v *verdicts) anyFailed() bool {
	for _, e := range v.own {
		if e != nil && e.failed() {
			return true
		}
	}
	return false
}

// overloaded reports whether a status alone asks for fewer calls.
func overloaded(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status >= 500
}
