package handler

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"

	"untag/internal/event"
)

// repeatKey identifies repeats of one delivery. The sender's signature often does not cover
// its identifier, so everything that a rule can read must also be the same: a forged
// identifier never hides another event.
type repeatKey [sha256.Size]byte

// keyOf leaves out the id and the time, which are untag's and differ between repeats.
func keyOf(d event.Delivery) repeatKey {
	h := sha256.New()
	// The length before each part ensures that different parts never have the same bytes.
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
