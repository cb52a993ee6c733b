package phone

import "strings"

// Number is a telephone number in its normal form, without its extension.
type Number struct {
	// Code is the country's calling code, "" where neither the number nor a region
	// says which.
	Code string
	// National are the digits after it, without what is dialled before them within the
	// country. Without a Code they are the digits as they stood.
	National string
}

// maxDigits is the most digits that a number may have: 15, and what may be dialled before.
const maxDigits = 20

// unassigned stands for the calling code of an international number that begins with none.
const unassigned = "?"

// Parse reads a number; false where the text is not one, such as 1-800-FLOWERS. A number
// without a country code belongs to the region, the two letters of ISO 3166; region is ""
// where that is not known.
func Parse(text, region string) (Number, bool) {
	international, digits, ok := dialled(text)
	if !ok {
		return Number{}, false
	}
	home, _ := find(region)
	if international {
		return abroad(digits), true
	}
	if n, ok := home.dialledAbroad(digits); ok {
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

// Same reports whether two numbers are the same. A number of an unknown country is not
// the same as one whose country is known.
func Same(a, b Number) bool { return a == b && a.National != "" }

// abroad reads what follows a + or an international prefix.
func abroad(digits string) Number {
	code := codeOf(digits)
	if code == "" {
		return Number{Code: unassigned, National: digits}
	}
	return Number{Code: code, National: withoutTrunk(code, digits[len(code):])}
}

// dialledAbroad reads a number that begins with what is dialled before international
// ones, in this region or in most. Both readings may be possible: then it is neither.
func (r region) dialledAbroad(digits string) (Number, bool) {
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
		return abroad(rest), true // no national number begins like this, whatever its length
	}
	return found, found.Code != ""
}

// withOwnCode reads a number that has the region's own calling code, but no + before it:
// one that is too long without.
func (r region) withOwnCode(digits string) (Number, bool) {
	rest, ok := strings.CutPrefix(digits, r.code)
	n := Number{Code: r.code, National: rest}
	return n, ok && len(digits) > r.most && possible(n)
}

// withoutTrunk takes off what is dialled before a national number within its country. A
// zero never begins a number where it is dialled before it; any other digit may, so that
// the length has to tell.
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

// possible reports whether a number is as long as those of its country are. In North
// America, none begins with 0 or 1.
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
