package phone

import (
	"iter"
	"strings"
)

// region is a country or territory with a numbering plan.
type region struct {
	// name is its two-letter code of ISO 3166.
	name string
	// code is its calling code.
	code string
	// trunk lists the prefixes that are dialed before a national number, "" if there are none.
	trunk string
	// least and most bound how many digits follow the calling code.
	least, most int
	// abroad lists the prefixes that are dialed before an international number, in addition
	// to 00.
	abroad string
}

// find returns the region with a name, in upper or lower case.
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

// codeOf returns the calling code that digits begin with, "" if they begin with none. No
// code begins with another.
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

// RegionOf returns the name of the largest region with a calling code such as +1, "" if
// there is none.
func RegionOf(code string) string {
	for r := range of(strings.TrimPrefix(code, "+")) {
		return r.name
	}
	return ""
}
