package phone_test

import (
	"strings"
	"testing"
	"unicode"

	"untag/internal/phone"
)

func same(a, b, region string) bool {
	x, ok := phone.Parse(a, region)
	y, ok2 := phone.Parse(b, region)
	return ok && ok2 && phone.Same(x, y)
}

// TestSame covers the ways in which people write the same number.
func TestSame(t *testing.T) {
	tests := map[string]struct {
		number string
		region string
		same   []string
		others []string
	}{
		"North America": {"+1 415-555-0100", "US",
			[]string{"(415) 555-0100", "0014155550100", "011 1 415 555 0100", "1-415-555-0100", "14155550100", "415.555.0100", "tel:+1-415-555-0100", "+1 (1) 415 555 0100", "＋１ ４１５ ５５５ ０１００", "\u202a+1 415\u00a0555 0100\u202c", "(+1) 415 555 0100", "٤١٥٥٥٥٠١٠٠"},
			[]string{"+1 415-555-0101", "555-0100", "+44 415-555-0100", "+41 55 550 100", "1-800-FLOWERS", "", "+", "+1 415-555-0100 or 0101", "+1 415-555-0100 / +1 415-555-0101", "4155550100+", "++1 415 555 0100", "415-555-0100 x", "415 555 01OO"}},
		"an extension": {"+1 415-555-0100", "US",
			[]string{"+1 415-555-0100 ext. 5", "+1 415-555-0100 x5", "+1 415-555-0100#5", "+1-415-555-0100;ext=5", "(415) 555-0100 Ext 12345", "(415) 555-0100, extension 7", "(415) 555-0100 (ext. 5)", "4155550100,,5#", "415-555-0100 extn: 5", "4155550100 доб. 5"},
			[]string{"+1 415-555-0100 ext.", "+1 415-555-0100 call 5", "+1 415-555-0100;phone-context=5", "+1 415-555-0100, 415-555-0101", "ext. 5", "+1 415-555-0100 ext 5 ext 6"}},
		"Germany": {"+49 (0)30 1234567", "DE",
			[]string{"030 1234567", "030/1234567", "0049 30 1234567", "+49 30 1234567", "+49301234567", "030-12 34 567", "+49 (0) 30 / 123 45 67", "00 49 (0) 30 1234567"},
			[]string{"1234567", "+43 30 1234567", "040 1234567", "030 12345678"}},
		"a mobile number as WhatsApp has it": {"+49 1511 2345678", "DE", []string{"4915112345678", "015112345678"}, []string{"49 15112345679"}},
		"Italy keeps its zero":               {"+39 06 1234 5678", "IT", []string{"06 12345678", "0039 06 12345678", "+39 (0)6 12345678"}, []string{"+39 6 1234 5678", "6 12345678"}},
		"Russia":                             {"+7 495 123-45-67", "RU", []string{"8 (495) 123-45-67", "8-10-7-495-123-45-67", "74951234567", "495 1234567"}, []string{"+7 8 495 123-45-6", "8 495 123-45-6"}},
		"Petersburg begins with an 8":        {"+7 812 123-45-67", "RU", []string{"8 812 1234567", "812 1234567"}, []string{"12 1234567"}},
		"Kazakhstan":                         {"+7 727 234 56 78", "KZ", []string{"8 727 2345678"}, []string{"8 727 2345679"}},
		"Hungary":                            {"+36 1 234 5678", "HU", []string{"06 1 234 5678", "0036 1 234 5678"}, []string{"6 1 234 5678"}},
		"Australia":                          {"+61 2 5550 1234", "AU", []string{"(02) 5550 1234", "0011 61 2 5550 1234", "0061 2 5550 1234"}, []string{"5550 1234"}},
		"abroad from Australia":              {"+1 415 555 0100", "AU", []string{"0011 1 415 555 0100", "001 415 555 0100"}, []string{"415 555 0100"}},
		"abroad from Japan":                  {"+44 20 7946 0000", "JP", []string{"010 44 20 7946 0000", "0044 20 7946 0000", "+44 (0)20 7946 0000"}, []string{"020 7946 0000"}},
		"Japan":                              {"+81 3-1234-5678", "JP", []string{"03-1234-5678", "(03)1234-5678"}, []string{"3-1234-567"}},
		"Mexico without its old 1":           {"+52 55 1234 5678", "MX", []string{"+52 1 55 1234 5678", "01 55 1234 5678", "55 1234 5678"}, []string{"+52 55 1234 5679"}},
		"no region":                          {"+49 30 1234567", "", []string{"0049 30 1234567", "+49 (0)30 1234567"}, []string{"030 1234567", "30 1234567", "49 30 1234567", "+43 30 1234567"}},
		"no region and no country":           {"(415) 555-0100", "", []string{"415-555-0100", "4155550100 x7"}, []string{"+1 415-555-0100", "1 415 555 0100", "(415) 555-0101"}},
		"a country code that does not exist": {"+999 123456", "US", []string{"+999 (123) 456"}, []string{"999 123456", "+999 123457", "123456"}},
		"a region in lower case":             {"+49 30 1234567", "de", []string{"030 1234567"}, nil},
		"letters are not a number":           {"1-800-FLOWERS", "US", nil, []string{"1-800-FLOWERS", "1-800-356-9377"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, other := range tt.same {
				if !same(tt.number, other, tt.region) || !same(other, tt.number, tt.region) {
					a, ok := phone.Parse(tt.number, tt.region)
					b, ok2 := phone.Parse(other, tt.region)
					t.Errorf("%q is not %q: %v, %v and %v, %v", tt.number, other, a, ok, b, ok2)
				}
			}
			for _, other := range tt.others {
				if same(tt.number, other, tt.region) || same(other, tt.number, tt.region) {
					t.Errorf("%q is %q", tt.number, other)
				}
			}
		})
	}
}

func TestRegions(t *testing.T) {
	for name, want := range map[string]bool{"US": true, "de": true, "NO": true, "": false, "XX": false, "USA": false, "+1": false} {
		if got := phone.IsRegion(name); got != want {
			t.Errorf("IsRegion(%q) = %v, want %v", name, got, want)
		}
	}
	for code, want := range map[string]string{"+1": "US", "49": "DE", "+44": "GB", "+7": "RU", "+39": "IT", "+999": "", "": ""} {
		if got := phone.RegionOf(code); got != want {
			t.Errorf("RegionOf(%q) = %q, want %q", code, got, want)
		}
	}
}

// FuzzSame checks that Same is an equivalence and that an extension makes no difference.
func FuzzSame(f *testing.F) {
	for _, seed := range [][3]string{
		{"+1 415-555-0100", "(415) 555-0100", "US"}, {"+49 (0)30 1", "030 1", "DE"}, {"8 495 1234567", "+7 495 1234567", "RU"},
		{"0014155550100", "0011 1 415", "AU"}, {"x", "1-800-FLOWERS", ""}, {"+999", "٣", "zz"}, {"0", "+0", "IT"}, {"008 55", "0085", "KH"},
	} {
		f.Add(seed[0], seed[1], "", seed[2])
		f.Add(seed[0], seed[1], seed[0], seed[2])
	}
	f.Fuzz(func(t *testing.T, a, b, c, region string) {
		x, ok := phone.Parse(a, region)
		y, ok2 := phone.Parse(b, region)
		z, ok3 := phone.Parse(c, region)
		if !ok {
			if x != (phone.Number{}) {
				t.Fatalf("Parse(%q) = %v, false", a, x)
			}
			return
		}
		if !phone.Same(x, x) || x.National == "" {
			t.Fatalf("Parse(%q) = %v, which is not itself", a, x)
		}
		if len(a) < 190 && strings.IndexFunc(a, func(r rune) bool { return unicode.IsLetter(r) || strings.ContainsRune("#,;", r) }) < 0 {
			if w, ok := phone.Parse(a+" ext. 12", region); !ok || w != x {
				t.Fatalf("Parse(%q) = %v, with an extension %v", a, x, w)
			}
		}
		if !ok2 {
			return
		}
		if phone.Same(x, y) != phone.Same(y, x) {
			t.Fatalf("%q is %q, or the other way round", a, b)
		}
		if phone.Same(x, y) && x.Code != "" && y.Code != "" && x.Code != y.Code {
			t.Fatalf("%q is %q in another country", a, b)
		}
		if ok3 && phone.Same(x, y) && phone.Same(y, z) && !phone.Same(x, z) {
			t.Fatalf("%q is %q and that is %q, which is not the first", a, b, c)
		}
	})
}
