package pipeline_test

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"untag/internal/pipeline"
)

// variousRemovals returns removals of one to ten of so many tags from each of n records.
func variousRemovals(n, tags int) []pipeline.Removal {
	r := rand.New(rand.NewPCG(1, 2))
	list := make([]pipeline.Removal, n)
	for i := range list {
		list[i] = pipeline.Removal{Rule: "r", Module: "Deals", ID: fmt.Sprint(i)}
		for range 1 + r.IntN(10) {
			list[i].Tags = append(list[i].Tags, fmt.Sprint("tag ", r.IntN(tags)))
		}
	}
	return list
}

// BenchmarkLimitJoin: the time for joining records that lose many different sets of tags does
// not grow much faster than their number.
func BenchmarkLimitJoin(b *testing.B) {
	const most = 40.0
	few, many := variousRemovals(1_000, 30), variousRemovals(10_000, 30)
	for b.Loop() {
		ratio := float64(joinCost(b, many)) / float64(joinCost(b, few))
		b.ReportMetric(ratio, "ratio")
		if ratio > most {
			b.Fatalf("joining 10,000 removals costs %.1f times as much as 1,000, the limit is %.0f", ratio, most)
		}
	}
}

// joinCost returns the least CPU time of a few runs.
func joinCost(b *testing.B, list []pipeline.Removal) time.Duration {
	least := time.Hour
	for range 7 {
		start := cpuTime(b)
		pipeline.Join(list)
		least = min(least, cpuTime(b)-start)
	}
	return least
}

func cpuTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
