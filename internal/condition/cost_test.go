package condition_test

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"untag/internal/condition"
	"untag/internal/jsonvalue"
)

// costlyConditions do as much work as possible with an event whose t is a long string, l a
// long list, p a pattern, o an object and n a number.
var costlyConditions = []string{
	`any(event.l, any(event.l, # == -1))`,
	`any(event.l, any(event.l, # == event.n))`,
	`none(event.l, event.t contains "zz")`,
	`none(event.l, lower(event.t) == "zz")`,
	`len(uniq(event.l)) == 0`,
	`len(uniq(split(event.t, ""))) == 0`,
	`len(groupBy(event.l, toJSON(#))) == 0`,
	`len(groupBy(split(event.t, "a"), #)) == 0`,
	`len(sort(event.l)) == 0`,
	`len(sort(split(event.t, "a"))) == 0`,
	`len(sortBy(event.l, string(#))) == 0`,
	`event.t matches event.p`,
	`event.t matches "(a?){30}x"`,
	`event.t matches "(?i)case-\\d+"`,
	`event.t matches "(a|aa|aaa)*c"`,
	`replace(event.t, "a", event.t) == ""`,
	`replace(event.t, "", "aaaaaaaa") == ""`,
	`len(split(event.t, "")) == 0`,
	`string(map(event.l, event.t) | join()) == ""`,
	`reduce(1..60, #acc + #acc, event.t) == ""`,
	`reduce(1..1000, #acc + "a", event.t) == ""`,
	`len(reduce(1..60, concat(#acc, #acc), event.l)) == 0`,
	`len(flatten(reduce(1..40, [#acc, #acc], event.l))) == 0`,
	`reduce(1..40, [#acc, #acc], event.l) == reduce(1..40, [#acc, #acc], event.l)`,
	`toJSON(reduce(1..40, [#acc, #acc], event.l)) == ""`,
	`len(uniq(map(event.l, [event.l]))) == 0`,
	`event.l == reverse(reverse(event.l))`,
	`none(event.l, event.l == 1..3)`,
	`none(event.l, # in event.l)`,
	`toJSON(event) == ""`,
	`len(fromJSON(event.j)) == 0`,
	`len(digits(event.t)) == -1`,
	`len(trim(event.t, event.t)) == -1`,
	`lastIndexOf(event.t, event.t[1:]) == -5`,
	`event.t[5:] == event.t[:5]`,
	`none(event.l, event.t[#:] == "a")`,
	`max(event.l) == -1`,
	`number(event.t) == 1`,
	`date(event.t) < now()`,
	`date("2026-01-01", event.t) < now()`,
	`none(event.l, date(string(#)) < now())`,
	`none(event.l, duration("1h30m") < duration("1m"))`,
	`none(event.l, number("1.234,50") == 1)`,
	`none(event.l, float(event.j) == 1)`,
	`len(keys(event.o)) == 0`,
	`none(event.l, keys(event.o) == [])`,
	`none(event.l, ({"a": #}).a == -1)`,
	`none(event.l, [#, #, #][0] == -1)`,
	`none(event.l, (let v = #; v == -1))`,
	`none(event.l, "abc" matches event.p)`,
	`event.o == event.o`,
	`none(event.l, event.o == event.o)`,
	`len(map(event.l, map(event.l, #))) == 0`,
	`len(map(event.l, 1..10000)) == 0`,
	`none(event.l, get(event.o, string(#)) == 1)`,
	`"zz" in event.l`,
	`len(headers) == -1 or none(event.l, "x" in headers)`,
}

// costlyEvents are events of 1 MiB.
func costlyEvents() map[string]string {
	const size = 1 << 20
	list := func(item string, length int) string {
		return "[" + strings.TrimSuffix(strings.Repeat(item+",", length/(len(item)+1)), ",") + "]"
	}
	event := func(t, l, p, j string) string {
		var o strings.Builder
		for i := range 200 {
			fmt.Fprintf(&o, `,"k%d":%d`, i, i)
		}
		return fmt.Sprintf(`{"t":%q,"l":%s,"p":%q,"n":-7,"j":%q,"o":{"a":1%s}}`, t, l, p, j, o.String())
	}
	evil := "(a?){30}x"
	return map[string]string{
		"text":    event(strings.Repeat("a", size-30_000), list("1", 2000), evil, list("[]", 10000)),
		"unicode": event(strings.Repeat("ä", size/2-30_000), list("1", 2000), evil, "1"),
		"blanks":  event(strings.Repeat("a b\t", size/4-30_000), list(`"ab"`, 4000), evil, strings.Repeat(" ", 100)),
		"json":    event("a", list("1", 20000), evil, list("[]", size-50_000)),
		"numbers": event("a", list("1", size-20_000), "a{500}", "1"),
		"texts":   event("abc", list(`"abcdefghijkl"`, size-20_000), "a{500}", "1"),
		"lists":   event("abc", list(`[[1]]`, size-20_000), "((a{100}){10}){5}", "1"),
		"long":    event("abc", list(`"`+strings.Repeat("x", 5000)+`"`, size-20_000), "a", "1"),
	}
}

// BenchmarkLimitCost compares the most costly decision about an event of 1 MiB with parsing
// that event.
func BenchmarkLimitCost(b *testing.B) {
	for b.Loop() {
		worst, which := mostCostly(b)
		// A machine that is busy with something else gets four more tries.
		for try := 1; try < 5 && worst > 10; try++ {
			worst, which = mostCostly(b)
		}
		b.ReportMetric(worst, "ratio")
		if worst > 10 {
			b.Fatalf("%s costs %.1f times the parsing of its event, the limit is 10", which, worst)
		}
	}
}

// mostCostly returns how many times the parsing of its event the most costly decision takes,
// and which that is.
func mostCostly(b *testing.B) (worst float64, which string) {
	for name, text := range costlyEvents() {
		parse := fastest(5, func() { _, _ = jsonvalue.Decode([]byte(text)) })
		scope := scopeOf(b, text)
		for i, c := range conditions(b, costlyConditions...) {
			decide := func() { c.Holds(condition.NewRun(scope, condition.Work, nil)) }
			ratio := float64(fastest(2, decide)) / float64(parse)
			if ratio > worst { // other work on the machine may have slowed it down
				ratio = float64(fastest(8, decide)) / float64(parse)
			}
			if ratio > worst {
				worst, which = ratio, name+": "+costlyConditions[i]
			}
		}
	}
	return worst, which
}

func fastest(times int, do func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	least := time.Hour
	for range times {
		start := threadTime()
		do()
		least = min(least, threadTime()-start)
	}
	return least
}

// threadTime returns the processor time of this thread, without other work on the machine.
func threadTime() time.Duration {
	var now syscall.Timespec
	const threadClock = 3
	_, _, _ = syscall.Syscall(syscall.SYS_CLOCK_GETTIME, threadClock, uintptr(unsafe.Pointer(&now)), 0)
	return time.Duration(now.Nano())
}
