// Package phone_test compares internal/phone with Google's library for telephone numbers.
// That library has megabytes of tables, so this is a separate module.
package phone_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"untag/internal/phone"
)

func supported() []string {
	var list []string
	for region := range phonenumbers.GetSupportedRegions() {
		list = append(list, region)
	}
	slices.Sort(list)
	return list
}

func same(a, b, region string) bool {
	x, ok := phone.Parse(a, region)
	y, ok2 := phone.Parse(b, region)
	return ok && ok2 && phone.Same(x, y)
}

// TestRegions checks that every region of the library is known.
func TestRegions(t *testing.T) {
	for _, region := range supported() {
		if !phone.IsRegion(region) {
			t.Errorf("IsRegion(%s) = false", region)
		}
	}
}

// unlike lists the forms that internal/phone does not recognize or considers ambiguous.
var unlike = map[string]bool{
	// A mobile number has a 9 after the country code, and a 15 inside it when dialed nationally.
	"AR national": true, "AR national, extension": true, "AR from here": true,
	// 008 and 006 are international prefixes: a number of another country may follow.
	"KH 00": true, "TH 00": true,
}

// TestExamples checks that an example of each region's numbers is the same in every form.
func TestExamples(t *testing.T) {
	for _, region := range supported() {
		for _, kind := range []phonenumbers.PhoneNumberType{phonenumbers.FIXED_LINE, phonenumbers.MOBILE} {
			n := phonenumbers.GetExampleNumberForType(region, kind)
			if n == nil {
				continue
			}
			e164 := phonenumbers.Format(n, phonenumbers.E164)
			digits := e164[1:]
			forms := map[string]string{
				"national": phonenumbers.Format(n, phonenumbers.NATIONAL), "international": phonenumbers.Format(n, phonenumbers.INTERNATIONAL),
				"RFC 3966": phonenumbers.Format(n, phonenumbers.RFC3966), "00": "00" + digits, "national digits": phonenumbers.GetNationalSignificantNumber(n),
				"from here": phonenumbers.FormatOutOfCountryCallingNumber(n, region), "extension": e164 + " ext. 12",
				"national, extension": phonenumbers.Format(n, phonenumbers.NATIONAL) + " x3",
			}
			for _, other := range []string{"US", "GB", "AU", "JP", "RU"} {
				from := phonenumbers.FormatOutOfCountryCallingNumber(n, other)
				if !same(e164, from, other) && phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode())) != other {
					t.Errorf("%s: %s is not %s in %s", region, e164, from, other)
				}
			}
			for name, form := range forms {
				if unlike[region+" "+name] {
					continue
				}
				if !same(e164, form, region) {
					a, _ := phone.Parse(e164, region)
					b, _ := phone.Parse(form, region)
					t.Errorf("%s, %s: %s is not %s: %v, %v", region, name, e164, form, a, b)
				}
				other := form[:len(form)-1] + string('0'+(form[len(form)-1]-'0'+1)%10)
				if !strings.Contains(name, "extension") && same(e164, other, region) {
					t.Errorf("%s, %s: %s is %s", region, name, e164, other)
				}
			}
		}
	}
}

// TestNoneIsTakenForAnother checks that numbers that are the same for internal/phone are the
// same for the library.
func TestNoneIsTakenForAnother(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	regions := supported()
	found, odd := 0, 0
	for range 60_000 {
		region := regions[r.IntN(len(regions))]
		n := phonenumbers.GetExampleNumberForType(region, phonenumbers.MOBILE)
		if n == nil {
			continue
		}
		a, b := mutated(r, n, region), mutated(r, n, region)
		if !same(a, b, region) {
			continue
		}
		found++
		x, err := phonenumbers.Parse(a, region)
		y, err2 := phonenumbers.Parse(b, region)
		if err != nil || err2 != nil {
			continue
		}
		if !phonenumbers.IsValidNumber(x) || !phonenumbers.IsValidNumber(y) {
			continue
		}
		if region == "DE" || region == "XK" {
			continue // the library accepts longer numbers than are assigned
		}
		if x.GetCountryCode() != y.GetCountryCode() || phonenumbers.GetNationalSignificantNumber(x) != phonenumbers.GetNationalSignificantNumber(y) {
			odd++
			if odd < 20 {
				t.Errorf("%s: %q is %q, but for the library they are %v and %v", region, a, b, x, y)
			}
		}
	}
	t.Logf("%d pairs were the same", found)
}

// mutated returns a number in a random form, possibly with a prefix.
func mutated(r *rand.Rand, n *phonenumbers.PhoneNumber, region string) string {
	text := phonenumbers.Format(n, phonenumbers.PhoneNumberFormat(r.IntN(3)))
	switch r.IntN(4) {
	case 0:
		text = phonenumbers.GetNationalSignificantNumber(n)
	case 1:
		text = phonenumbers.Format(n, phonenumbers.E164)[1:]
	}
	prefixes := []string{"", "", "", "0", "00", "+", "011", "8", "1", "7", "810", "001"}
	return prefixes[r.IntN(len(prefixes))] + text
}
