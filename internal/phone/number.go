package phone

import "strings"

// Number is a telephone number in its normal form, without its extension.
type Number struct {
	// Code is the country's calling code, "" if neither the number nor a region tells it.
	Code string
	// National holds the digits after it, without the prefix dialed before them within the
	// country. Without a Code it holds the digits as written.
	National string
}

// maxDigits is the most digits that a number may have: 15, and a prefix dialed before them.
const maxDigits = 20

// unassigned replaces the calling code of an international number that begins with none.
const unassigned = "?"

// Parse reads a number. It returns false if the text is not one, such as 1-800-FLOWERS. A
// number without a country code belongs to region, the two letters of ISO 3166, or "" if
// the region is not known.
func Parse(text, region string) (Number, bool) {
	international, digits, ok := dialed(text)
	if !ok {
		return Number{}, false
	}
	home, _ := find(region)
	if international {
		return abroad(digits), true
	}
	if n, ok := home.dialedAbroad(digits); ok {
		return n, true
	}
	if home.code == "" {
		return Number{National: digits}, true
	}
	if n, ok := home.withOwnCode(digits); ok {
		return n, true
	}
	return Number{Code: home.code, National: withoutTrunk(home.code, digits)}, true
}

// Same reports whether two numbers are the same. A number whose country is unknown is never
// the same as one whose country is known.
func Same(a, b Number) bool { return a == b && a.National != "" }

// abroad parses the digits that follow a + or an international prefix.
func abroad(digits string) Number {
	code := codeOf(digits)
	if code == "" {
		return Number{Code: unassigned, National: digits}
	}
	return Number{Code: code, National: withoutTrunk(code, digits[len(code):])}
}

// dialedAbroad parses a number that begins with an international prefix, either this
// region's own or 00, which most regions use. If several readings are possible, the number
// is unassigned.
func (r region) dialedAbroad(digits string) (Number, bool) {
	var found Number
	for _, prefix := range append(strings.Fields(r.abroad), "00") {
		rest, ok := strings.CutPrefix(digits, prefix)
		if !ok {
			continue
		}
		n := abroad(rest)
		between := strings.TrimSuffix(strings.TrimPrefix(rest, n.Code), n.National)
		switch {
		case n.Code == unassigned || !possible(n) || strings.Trim(between, "0") != "":
		case found.Code != "" && found != n:
			return Number{Code: unassigned, National: digits}, true
		default:
			found = n
		}
	}
	if rest, ok := strings.CutPrefix(digits, "00"); ok && rest != "" && found.Code == "" && r.abroad == "" {
		return abroad(rest), true // no national number of any length begins like this
	}
	return found, found.Code != ""
}

// withOwnCode parses a number that begins with the region's own calling code without a +:
// it would be too long for a number without the code.
func (r region) withOwnCode(digits string) (Number, bool) {
	rest, ok := strings.CutPrefix(digits, r.code)
	n := Number{Code: r.code, National: rest}
	return n, ok && len(digits) > r.most && possible(n)
}

// withoutTrunk removes the prefix that is dialed before a national number within its
// country. Where the prefix begins with a zero, no number does, so it is always removed. A
// number may begin with any other prefix, so there the length decides.
func withoutTrunk(code, digits string) string {
	for r := range of(code) {
		for _, trunk := range strings.Fields(r.trunk) {
			rest, ok := strings.CutPrefix(digits, trunk)
			if ok && rest != "" && (trunk[0] == '0' || len(digits) > r.most && r.possible(rest)) {
				return rest
			}
		}
	}
	return digits
}

// possible reports whether a number has a length that its country uses. In North America,
// no number begins with 0 or 1.
func possible(n Number) bool {
	if n.Code == "1" && n.National < "2" {
		return false
	}
	for r := range of(n.Code) {
		if r.possible(n.National) {
			return true
		}
	}
	return false
}

func (r region) possible(national string) bool {
	return r.least <= len(national) && len(national) <= r.most
}
