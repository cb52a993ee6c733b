package console

import (
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
	// Entries has the new entries, in order.
	Entries <-chan *Entry
	entries chan *Entry
	// Missed is told when an entry was lost, because Entries was full.
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
	for len(k.entries) > mostKept || k.bytes > mostBytes && len(k.entries) > 1 {
		k.bytes -= k.entries[0].size()
		k.entries[0] = nil
		k.entries = k.entries[1:]
		k.dropped++
	}
	for r := range k.readers {
		select {
		case r.entries <- e:
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
	if len(k.entries) == 0 {
		return nil
	}
	if i := id - k.entries[0].ID; i >= 0 && i < int64(len(k.entries)) {
		return k.entries[i]
	}
	return nil
}

// Read tells a reader of entries from now on, until stop is called.
func (k *Kept) Read() (r *Reader, stop func()) {
	entries, missed := make(chan *Entry, mostWaiting), make(chan struct{}, 1)
	r = &Reader{Entries: entries, entries: entries, Missed: missed, missed: missed}
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
