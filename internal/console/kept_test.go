package console_test

import (
	"bytes"
	"runtime"
	"testing"
	"weak"

	"untag/internal/console"
)

func TestKeptKeepsTheLatest(t *testing.T) {
	var kept console.Kept
	for range 1500 {
		kept.Add(&console.Entry{})
	}
	all := kept.All()
	if len(all) != 1000 || all[0].ID != 1500 || all[999].ID != 501 || kept.Dropped() != 500 {
		t.Fatalf("%d entries from %d to %d, %d dropped", len(all), all[0].ID, all[len(all)-1].ID, kept.Dropped())
	}
	for id, there := range map[int64]bool{0: false, 500: false, 501: true, 1500: true, 1501: false} {
		if e := kept.Get(id); (e != nil) != there || e != nil && e.ID != id {
			t.Errorf("Get(%d) = %+v", id, e)
		}
	}
}

func TestKeptIsBoundedInMemory(t *testing.T) {
	var kept console.Kept
	for range 100 {
		kept.Add(&console.Entry{Payload: bytes.Repeat([]byte("x"), 2<<20), Exchanges: []console.Exchange{{Answer: string(make([]byte, 1<<20))}}})
	}
	bytes := 0
	for _, e := range kept.All() {
		bytes += len(e.Payload) + len(e.Exchanges[0].Answer)
	}
	if bytes > 64<<20 || bytes < 32<<20 {
		t.Errorf("%d MiB are kept, want at most 64 and most of them used", bytes>>20)
	}
	kept.Add(&console.Entry{Payload: make([]byte, 80<<20)})
	if all := kept.All(); len(all) != 1 || len(all[0].Payload) != 80<<20 {
		t.Errorf("%d entries after one that is larger than all may be", len(all))
	}
}

func TestASlowReaderLosesEntriesAndIsTold(t *testing.T) {
	var kept console.Kept
	slow, stop := kept.Read()
	for range 1000 {
		kept.Add(&console.Entry{}) // would block for ever if it waited
	}
	if len(slow.IDs) == 0 || len(slow.IDs) == 1000 {
		t.Errorf("%d entries wait for a slow reader", len(slow.IDs))
	}
	select {
	case <-slow.Missed:
	default:
		t.Error("it was not told that it missed some")
	}
	if first := <-slow.IDs; first != 1 {
		t.Errorf("the first that it gets is %d", first)
	}
	stop()
	waiting := len(slow.IDs)
	kept.Add(&console.Entry{})
	if len(slow.IDs) != waiting {
		t.Error("a reader that stopped still gets entries")
	}
	if len(kept.All()) != 1000 {
		t.Error("the entries themselves were lost")
	}
}

func TestASlowReaderHoldsNoEntry(t *testing.T) {
	var kept console.Kept
	slow, stop := kept.Read()
	defer stop()
	large := &console.Entry{Payload: make([]byte, 50<<20)}
	held := weak.Make(large)
	kept.Add(large)
	large = nil
	kept.Add(&console.Entry{Payload: make([]byte, 50<<20)})
	runtime.GC()
	if held.Value() != nil {
		t.Error("an entry that is no longer kept stays in memory for a browser that does not read")
	}
	if id := <-slow.IDs; id != 1 {
		t.Errorf("the first is %d", id)
	}
}
