package console_test

import (
	"bytes"
	"testing"

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
	if len(slow.Entries) == 0 || len(slow.Entries) == 1000 {
		t.Errorf("%d entries wait for a slow reader", len(slow.Entries))
	}
	select {
	case <-slow.Missed:
	default:
		t.Error("it was not told that it missed some")
	}
	if first := <-slow.Entries; first.ID != 1 {
		t.Errorf("the first that it gets is %d", first.ID)
	}
	stop()
	waiting := len(slow.Entries)
	kept.Add(&console.Entry{})
	if len(slow.Entries) != waiting {
		t.Error("a reader that stopped still gets entries")
	}
	if len(kept.All()) != 1000 {
		t.Error("the entries themselves were lost")
	}
}
