package metrics

import (
	"slices"
	"strings"
	"time"
)

// maxValues is how many values of one metric a line may have.
const maxValues = 100

// Flush writes what was collected since the last time, in a few lines: one for what has no
// dimension, with further lines for more than a hundred values, and one for each value of a
// dimension. The rules are those of the file, in its order.
func (r *Recorder) Flush(rules []string) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.joinRules(rules)
	text := r.lines(time.Now())
	clear(r.counts)
	clear(r.values)
	if len(text) > 0 {
		_, _ = r.out.Write(text) // the log is the only place to report it
	}
}

// joinRules counts the rules beyond the first of the file together.
func (r *Recorder) joinRules(rules []string) {
	rules = rules[:min(len(rules), MaxRules)]
	for key, n := range r.counts {
		if dimension, rule, metric := split(key); dimension == byRule && rule != Other && !slices.Contains(rules, rule) {
			delete(r.counts, key)
			r.counts[join(dimension, Other, metric)] += n
		}
	}
}

func (r *Recorder) lines(now time.Time) (text []byte) {
	var keys []string
	for key := range r.counts {
		keys = append(keys, key)
	}
	slices.Sort(keys) // those without a dimension come first
	next := r.line(now, keys, "", "")
	keys = keys[len(next.metrics):]
	for first := 0; ; first += maxValues {
		for _, metric := range []string{EventAge, RecordsPerCall} {
			if values := r.values[metric]; len(values) > first {
				next.add(metric, "["+strings.Join(values[first:min(len(values), first+maxValues)], ",")+"]")
			}
		}
		if len(next.metrics) == 0 {
			break
		}
		text = next.append(text)
		next.metrics = nil
	}
	for len(keys) > 0 {
		dimension, value, _ := split(keys[0])
		next := r.line(now, keys, dimension, value)
		keys = keys[len(next.metrics):]
		text = next.append(text)
	}
	return text
}

// line returns the line of the first keys, which have this value of a dimension.
func (r *Recorder) line(now time.Time, keys []string, dimension, value string) line {
	l := line{time: now, namespace: r.namespace, dimension: dimension, value: value}
	for _, key := range keys {
		d, v, metric := split(key)
		if d != dimension || v != value {
			break
		}
		l.addNumber(metric, r.counts[key])
	}
	return l
}
