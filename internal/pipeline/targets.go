package pipeline

import (
	"crypto/sha256"
	"slices"

	"untag/internal/rules"
)

// targets are all that the rules ask for because of an event, in their order: every record of
// every rule, and each search as one.
type targets struct{ candidates []rules.Candidate }

// target is one of them; its id is "" if it is a search.
type target struct{ rule, module, id string }

// all yields the targets, each with its position.
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

// len returns how many targets there are.
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

// calls returns how many calls they need at least, if no other events share them.
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

// fingerprint returns a hash that is the same in a later attempt unless the rules have
// changed.
func (t targets) fingerprint() [fingerprintSize]byte {
	h := sha256.New()
	for _, c := range t.candidates {
		c.Fingerprint(h)
	}
	return [fingerprintSize]byte(h.Sum(nil))
}

// skipDone leaves out what an earlier attempt got done.
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

// progress returns what the next attempt need not do again. It returns "" if the attempt must
// do everything anyway: nothing more was done now, or a single call does it all. Targets that
// failed for good, and records for which a `where` could not be decided, are not done.
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
	for _, w := range o.Observed {
		note(settled, w.Rule, w.Module, w.ID)
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
