package phone

import (
	"iter"
	"strings"
)

// region is a country or territory with a numbering plan.
type region struct {
	// name is its two letters, of ISO 3166.
	name string
	// code is its calling code.
	code string
	// trunk is what is dialled before a national number, one or several, "" for nothing.
	trunk string
	// least and most are how many digits numbers have after the calling code.
	least, most int
	// abroad is what is dialled before an international number beside 00.
	abroad string
}

// find returns the region of a name, in any case.
func find(name string) (region, bool) {
	for _, r := range regions {
		if name != "" && strings.EqualFold(r.name, name) {
			return r, true
		}
	}
	return region{}, false
}

// of returns the regions that share a calling code.
func of(code string) iter.Seq[region] {
	return func(yield func(region) bool) {
		for _, r := range regions {
			if r.code == code && !yield(r) {
				return
			}
		}
	}
}

// codeOf returns the calling code that digits begin with, "" where it is none. No code
// begins with another.
func codeOf(digits string) string {
	for n := 1; n <= 3 && n < len(digits); n++ {
		for range of(digits[:n]) {
			return digits[:n]
		}
	}
	return ""
}

// IsRegion reports whether a name is that of a region, in upper or lower case.
func IsRegion(name string) bool {
	_, known := find(name)
	return known
}

// RegionOf names the largest region that has a calling code, as in +1; "" where none has.
func RegionOf(code string) string {
	for r := range of(strings.TrimPrefix(code, "+")) {
		return r.name
	}
	return ""
}
