package handler

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"

	"untag/internal/event"
)

// repeatKey tells repeats of one delivery apart. The sender's identifier is often
// not covered by its signature, so all that a rule can read has to be the same as
// well: a forged identifier never hides another event.
type repeatKey [sha256.Size]byte

// keyOf leaves out the id and the time, which are ours and differ between repeats.
func keyOf(d event.Delivery) repeatKey {
	h := sha256.New()
	// The length goes before each part: two that differ never read the same.
	write := func(part []byte) {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:])
		h.Write(part)
	}
	for _, part := range []string{d.Source, d.DeliveryID, d.Proof, d.Done, d.RawQuery, d.ContentType} {
		write([]byte(part))
	}
	write(d.Body)
	for _, name := range slices.Sorted(maps.Keys(d.Headers)) {
		write([]byte(name))
		write([]byte(d.Headers[name]))
	}
	return repeatKey(h.Sum(nil))
}
