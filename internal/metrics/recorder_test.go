package metrics_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/internal/metrics"
)

// line is a line of the log as CloudWatch reads it.
type line struct {
	AWS struct {
		Timestamp         int64
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name, Unit string }
		}
	} `json:"_aws"`
	members map[string]any
}

// read returns what each line says: its dimension, and each metric with its value.
func read(t *testing.T, text string) []map[string]any {
	t.Helper()
	var list []map[string]any
	for one := range strings.Lines(text) {
		var l line
		if err := json.Unmarshal([]byte(one), &l); err != nil {
			t.Fatalf("%v: %s", err, one)
		}
		if err := json.Unmarshal([]byte(one), &l.members); err != nil {
			t.Fatal(err)
		}
		delete(l.members, "_aws")
		if len(l.AWS.CloudWatchMetrics) != 1 || len(l.AWS.CloudWatchMetrics[0].Dimensions) != 1 || time.Since(time.UnixMilli(l.AWS.Timestamp)).Abs() > time.Minute {
			t.Fatalf("a line with one directive, one set of dimensions and the time of now is wanted: %s", one)
		}
		d := l.AWS.CloudWatchMetrics[0]
		said := slices.Clone(d.Dimensions[0])
		for _, m := range d.Metrics {
			said = append(said, m.Name)
			if want := map[bool]string{true: "Seconds", false: "Count"}[m.Name == metrics.EventAge]; m.Unit != want {
				t.Errorf("%s has the unit %s, want %s", m.Name, m.Unit, want)
			}
		}
		for _, name := range said {
			if l.members[name] == nil {
				t.Errorf("the line announces %s and does not have it: %s", name, one)
			}
		}
		if len(said) != len(l.members) || d.Namespace != "untag/test" || len(d.Dimensions[0]) > 1 {
			t.Errorf("a line that announces %v: %s", said, one)
		}
		list = append(list, l.members)
	}
	return list
}

func known(code string) bool { return code == "RECORD_LOCKED" || code == "NO_ANSWER" }

func TestWhatIsWritten(t *testing.T) {
	tests := map[string]struct {
		record func(r *metrics.Recorder)
		want   []map[string]any
	}{
		"nothing": {func(*metrics.Recorder) {}, nil},
		"zeroes":  {func(r *metrics.Recorder) { r.Received(0); r.Removed(0); r.Observed(0) }, nil},
		"sums": {func(r *metrics.Recorder) { r.Received(2); r.Received(3); r.Removed(7); r.Observed(1); r.TokenMint() },
			[]map[string]any{{"Received": 5.0, "Removed": 7.0, "Observed": 1.0, "TokenMints": 1.0}}},
		"by reason": {func(r *metrics.Recorder) { r.Refused("unverified"); r.Refused("method"); r.Refused("unverified") },
			[]map[string]any{{"Refused": 3.0}, {"Reason": "method", "Refused": 1.0}, {"Reason": "unverified", "Refused": 2.0}}},
		"by rule": {func(r *metrics.Recorder) { r.Matched("b"); r.Matched("a"); r.Matched("b"); r.Matched("gone") },
			[]map[string]any{{"Rule": "a", "Matched": 1.0}, {"Rule": "b", "Matched": 2.0}, {"Rule": "other", "Matched": 1.0}}},
		"by code, of calls and of removals": {func(r *metrics.Recorder) {
			r.ZohoFailure("NO_ANSWER")
			r.ZohoFailure("made up 1")
			r.ZohoFailure("made up 2")
			r.FailedRemoval("NO_ANSWER")
			r.FailedRemoval("")
		}, []map[string]any{
			{"ZohoFailures": 3.0, "FailedRemovals": 2.0},
			{"Code": "NO_ANSWER", "ZohoFailures": 1.0, "FailedRemovals": 1.0},
			{"Code": "other", "ZohoFailures": 2.0, "FailedRemovals": 1.0},
		}},
		"values": {func(r *metrics.Recorder) {
			r.ZohoCall(100)
			r.ZohoCall(0)
			r.ZohoCall(3)
			r.EventAge(1500 * time.Millisecond)
		},
			[]map[string]any{{"ZohoCalls": 3.0, "RecordsPerCall": []any{100.0, 3.0}, "EventAge": []any{1.5}}}},
		"credits":                 {func(r *metrics.Recorder) { r.CreditsLeft(900); r.CreditsLeft(899); r.CreditsLeft(0) }, []map[string]any{{"CreditsLeft": 0.0}}},
		"names that JSON escapes": {func(r *metrics.Recorder) { r.Matched("a\"\\\n\x00b") }, []map[string]any{{"Rule": "other", "Matched": 1.0}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			r := metrics.New(metrics.Config{Namespace: "untag/test", Out: &out, KnownCode: known})
			tt.record(r)
			r.Flush([]string{"a", "b"})
			if diff := cmp.Diff(tt.want, read(t, out.String())); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			out.Reset()
			if r.Flush(nil); out.Len() > 0 {
				t.Errorf("what was written is written again: %s", &out)
			}
		})
	}
}

func TestARuleWithAnyNameIsCounted(t *testing.T) {
	name := "a\"\\\n\x00b — ü"
	var out bytes.Buffer
	r := metrics.New(metrics.Config{Namespace: "untag/test", Out: &out})
	r.Matched(name)
	r.Flush([]string{name})
	if diff := cmp.Diff([]map[string]any{{"Rule": name, "Matched": 1.0}}, read(t, out.String())); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestManyValues: CloudWatch reads at most a hundred values of a metric in a line.
func TestManyValues(t *testing.T) {
	for _, n := range []int{1, 99, 100, 101, 1000, 1001} {
		var out bytes.Buffer
		r := metrics.New(metrics.Config{Namespace: "untag/test", Out: &out})
		r.Received(1)
		for range n {
			r.EventAge(time.Second)
		}
		r.ZohoCall(1)
		r.Flush(nil)
		total := 0
		for _, l := range read(t, out.String()) {
			ages, _ := l["EventAge"].([]any)
			if total += len(ages); len(ages) > 100 {
				t.Errorf("a line has %d values", len(ages))
			}
		}
		if lines := strings.Count(out.String(), "\n"); total != n || lines != (n+99)/100 {
			t.Errorf("%d values in %d lines, want %d in %d", total, lines, n, (n+99)/100)
		}
	}
}

// TestTheNumberOfMetricsIsLimited: each value of a dimension costs money.
func TestTheNumberOfMetricsIsLimited(t *testing.T) {
	var out bytes.Buffer
	r := metrics.New(metrics.Config{Namespace: "untag/test", Out: &out, KnownCode: known})
	var rules []string
	for i := range 500 {
		rules = append(rules, fmt.Sprint("rule ", i))
		r.Matched(rules[i])
		r.ZohoFailure(fmt.Sprint("CODE_", i))
		r.FailedRemoval(fmt.Sprint("CODE_", i))
	}
	r.Flush(rules)
	values := make(map[string]float64)
	for _, l := range read(t, out.String()) {
		for _, dimension := range []string{"Rule", "Code"} {
			if value, has := l[dimension].(string); has {
				n, _ := l["Matched"].(float64)
				values[dimension+" "+value] += n
			}
		}
	}
	if len(values) != metrics.MaxRules+2 || values["Rule other"] != 450 || values["Rule rule 49"] != 1 || values["Rule rule 50"] != 0 {
		t.Errorf("%d values, want the first 50 rules, the others, and the codes together: %v", len(values), values)
	}
}

// TestOffByDefault: a function without a namespace writes nothing.
func TestOffByDefault(t *testing.T) {
	var out bytes.Buffer
	for _, r := range []*metrics.Recorder{nil, metrics.New(metrics.Config{Out: &out}), metrics.New(metrics.Config{Namespace: "untag/test"})} {
		r.Received(1)
		r.Refused("unverified")
		r.Matched("a")
		r.Removed(1)
		r.Observed(1)
		r.FailedRemoval("NO_ANSWER")
		r.EventAge(time.Second)
		r.ZohoCall(1)
		r.ZohoFailure("NO_ANSWER")
		r.TokenMint()
		r.CreditsLeft(1)
		r.Flush([]string{"a"})
	}
	if out.Len() > 0 {
		t.Errorf("written: %s", &out)
	}
}

func TestConcurrentUse(t *testing.T) {
	var out bytes.Buffer
	r := metrics.New(metrics.Config{Namespace: "untag/test", Out: &out})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			for range 100 {
				r.Received(1)
				r.EventAge(time.Second)
				r.Flush(nil)
			}
		})
	}
	all.Wait()
	sum := 0.0
	for _, l := range read(t, out.String()) {
		n, _ := l["Received"].(float64)
		sum += n
	}
	if sum != 2000 {
		t.Errorf("%v received, want 2000", sum)
	}
}
