package pipeline

import (
	"encoding/base64"
	"encoding/binary"
)

const (
	// MaxDone is the greatest length of Outcome.Done, in bytes.
	MaxDone = 2800
	// fingerprintSize is how many bytes of a hash identify targets.
	fingerprintSize = 8
	maxPacked       = MaxDone / 4 * 3
)

// writeDone encodes which targets are done: a fingerprint of the targets, a byte for the
// form, and the alternating lengths of the runs that are not done and done, or a bit for each
// target if there are too many runs. What does not fit is left out, and done again.
func writeDone(done []bool, t targets) string {
	mark := t.fingerprint()
	packed := append(mark[:], 'r')
	runs := packed
	current, length := false, uint64(0)
	for _, d := range append(done, false) {
		if d != current {
			runs = binary.AppendUvarint(runs, length)
			current, length = d, 0
		}
		length++
	}
	if bits := (len(done) + 7) / 8; len(runs) > maxPacked && len(packed)+bits <= maxPacked {
		packed[fingerprintSize] = 'b'
		packed = append(packed, make([]byte, bits)...)
		for i, d := range done {
			if d {
				packed[fingerprintSize+1+i/8] |= 1 << (i % 8)
			}
		}
		runs = packed
	}
	return base64.RawURLEncoding.EncodeToString(runs[:min(len(runs), maxPacked)])
}

// readDone decodes what writeDone wrote for the same targets. It returns nil for others.
func readDone(text string, t targets) []bool {
	packed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(packed) <= fingerprintSize || [fingerprintSize]byte(packed) != t.fingerprint() {
		return nil
	}
	done := make([]bool, t.len())
	form, packed := packed[fingerprintSize], packed[fingerprintSize+1:]
	if form == 'b' {
		for i := range done {
			done[i] = i/8 < len(packed) && packed[i/8]&(1<<(i%8)) != 0
		}
		return done
	}
	for place, current := 0, false; place < len(done); current = !current {
		length, n := binary.Uvarint(packed)
		if n <= 0 {
			break
		}
		packed = packed[n:]
		for range min(length, uint64(len(done)-place)) {
			done[place] = current
			place++
		}
	}
	return done
}
