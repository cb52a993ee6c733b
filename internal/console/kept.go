package console

import (
	"cmp"
	"slices"
	"sync"
)

const (
	// mostKept is how many entries are kept.
	mostKept = 1000
	// mostBytes is how much memory they may take, in bytes. The latest is kept, whatever its
	// size: API Gateway accepts no more than 10 MiB.
	mostBytes = 64 << 20
	// mostWaiting is how many entries may wait for a browser. It loses further ones.
	mostWaiting = 256
)

// Kept holds the latest entries. It is safe for concurrent use, and its zero value is ready.
type Kept struct {
	mu      sync.Mutex
	entries []*Entry // in the order of their ids
	bytes   int
	last    int64
	dropped int64
	readers map[*Reader]bool
}

// Reader is told of new entries, by a page that is open.
type Reader struct {
	// IDs has those of the new entries, in order. The entries themselves would stay in memory as
	// long as a browser does not take them.
	IDs <-chan int64
	ids chan int64
	// Missed is told when an entry was lost, because IDs was full.
	Missed <-chan struct{}
	missed chan struct{}
}

// Add keeps an entry and tells the readers. It never waits for one of them.
func (k *Kept) Add(e *Entry) {
	size := e.size()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.last++
	e.ID = k.last
	k.entries = append(k.entries, e)
	k.bytes += size
	k.trim()
	for r := range k.readers {
		select {
		case r.ids <- e.ID:
		default:
			select {
			case r.missed <- struct{}{}:
			default:
			}
		}
	}
}

// All returns the entries that are kept, the latest first.
func (k *Kept) All() []*Entry {
	k.mu.Lock()
	all := slices.Clone(k.entries)
	k.mu.Unlock()
	slices.Reverse(all)
	return all
}

// Dropped returns how many entries are no longer kept.
func (k *Kept) Dropped() int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.dropped
}

// Get returns the entry with an id, nil if it is not kept.
func (k *Kept) Get(id int64) *Entry {
	k.mu.Lock()
	defer k.mu.Unlock()
	i, found := slices.BinarySearchFunc(k.entries, id, func(e *Entry, id int64) int { return cmp.Compare(e.ID, id) })
	if !found {
		return nil
	}
	return k.entries[i]
}

// Read tells a reader of entries from now on, until stop is called.
func (k *Kept) Read() (r *Reader, stop func()) {
	ids, missed := make(chan int64, mostWaiting), make(chan struct{}, 1)
	r = &Reader{IDs: ids, ids: ids, Missed: missed, missed: missed}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.readers == nil {
		k.readers = make(map[*Reader]bool)
	}
	k.readers[r] = true
	return r, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.readers, r)
	}
}

// Set keeps these entries instead of those before, in the order of their ids, which the caller
// has chosen. Readers are not told.
func (k *Kept) Set(entries []*Entry) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.entries, k.bytes, k.dropped = nil, 0, 0
	for _, e := range entries {
		k.last = max(k.last, e.ID)
		k.entries = append(k.entries, e)
		k.bytes += e.size()
	}
	k.trim()
}

// trim drops the oldest entries that are too many or take too much memory.
func (k *Kept) trim() {
	for len(k.entries) > mostKept || k.bytes > mostBytes && len(k.entries) > 1 {
		k.bytes -= k.entries[0].size()
		k.entries[0] = nil
		k.entries = k.entries[1:]
		k.dropped++
	}
}
