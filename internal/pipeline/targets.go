package pipeline

import (
	"crypto/sha256"
	"slices"

	"untag/internal/rules"
)

// targets are all that the rules ask for on behalf of an event, in their order: every
// record of every rule, and a search as one.
type targets struct{ candidates []rules.Candidate }

// target is one of them; its id is "" where it is a search.
type target struct{ rule, module, id string }

// all yields the targets, each with its place in the order.
func (t targets) all(yield func(int, target) bool) {
	place := 0
	for _, c := range t.candidates {
		ids := c.IDs
		if c.Find != nil {
			ids = []string{""}
		}
		for _, id := range ids {
			if !yield(place, target{c.Rule, c.Module, id}) {
				return
			}
			place++
		}
	}
}

// len is how many there are.
func (t targets) len() int {
	n := 0
	for _, c := range t.candidates {
		if c.Find != nil {
			n++
		}
		n += len(c.IDs)
	}
	return n
}

// calls is how many calls they take at the least, had the event no others to share them
// with.
func (t targets) calls() int {
	calls := 0
	ids := make(map[string]int)
	for _, c := range t.candidates {
		if c.Find != nil {
			calls++
		}
		ids[c.Module] = max(ids[c.Module], len(c.IDs))
	}
	for _, n := range ids {
		calls += ceil(n, maxIDs)
	}
	return calls
}

// fingerprint is the same at a later try, unless the rules have changed.
func (t targets) fingerprint() [fingerprintSize]byte {
	h := sha256.New()
	for _, c := range t.candidates {
		c.Fingerprint(h)
	}
	return [fingerprintSize]byte(h.Sum(nil))
}

// skipDone leaves out what an earlier try got done.
func (d *decided) skipDone() {
	if d.job.Done == "" {
		return
	}
	done := readDone(d.job.Done, d.targets)
	if done == nil {
		return // for other targets
	}
	d.done = done
	place := 0
	var left []rules.Candidate
	for _, c := range d.candidates {
		if c.Find != nil {
			if !done[place] {
				left = append(left, c)
			}
			place++
			continue
		}
		n := len(c.IDs)
		before := done[place : place+n]
		place += n
		if !slices.Contains(before, true) {
			left = append(left, c)
			continue
		}
		var ids []string
		for i, id := range c.IDs {
			if !before[i] {
				ids = append(ids, id)
			}
		}
		if c.IDs = ids; len(ids) > 0 {
			left = append(left, c)
		}
	}
	d.candidates = left
}

// progress is what a next try need not do again, "" where it has to do all of it anyhow:
// where nothing more was done now, or a single call does it all. What failed for good, and
// records that a `where` could not be decided for, are not done.
func (d *decided) progress(o Outcome) string {
	if !o.Retryable() || d.targets.calls() < 2 {
		return ""
	}
	settled, failed := make(map[target]bool), make(map[target]bool)
	// A search is settled or failed with the records that it found.
	note := func(into map[target]bool, rule, module, id string) {
		into[target{rule, module, id}], into[target{rule, module, ""}] = true, true
	}
	for _, r := range o.Removed {
		note(settled, r.Rule, r.Module, r.ID)
	}
	for _, s := range o.Skipped {
		note(settled, s.Rule, s.Module, s.ID)
	}
	for _, f := range o.Failed {
		if f.Gone {
			note(settled, f.Rule, f.Module, f.ID)
		} else {
			note(failed, f.Rule, f.Module, f.ID)
		}
	}
	done := make([]bool, d.targets.len())
	copy(done, d.done)
	advanced := false
	for place, t := range d.targets.all {
		if !done[place] && settled[t] && !failed[t] {
			done[place], advanced = true, true
		}
	}
	if !advanced {
		return ""
	}
	return writeDone(done, d.targets)
}
