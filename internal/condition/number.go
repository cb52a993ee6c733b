package condition

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// What can be wrong with a string that is read as a number.
const (
	notANumber = "number: the string is not a number"
	ambiguous  = "number: the separator before the last three digits may be a decimal sign or separate thousands"
	tooLarge   = "number: the number is too large for 64 bits"
)

// number reads a number as people write it, such as 12.500,00 €.
func number(r *Run, n *node, args []any) any {
	s, ok := args[0].(string)
	if !ok {
		return args[0]
	}
	decimal := ""
	if len(args) > 1 {
		decimal = args[1].(string)
		if _, fault := decimalSign(1, decimal); fault != "" {
			return r.wrong(n, "%s", fault)
		}
	}
	v, fault := readNumber(s, decimal)
	if fault == ambiguous {
		return r.wrong(n, "%s", fault).advise("say which sign is the decimal sign: number(%s, \",\") or number(%s, \".\")", n.kids[0].text, n.kids[0].text)
	}
	if fault != "" {
		return r.wrong(n, "%s", fault)
	}
	return v
}

// decimalSign checks the second argument of number.
func decimalSign(i int, v any) (any, string) {
	if i == 1 && v != "," && v != "." {
		return nil, `the decimal sign of number must be "," or "."`
	}
	return v, ""
}

// maxNumber limits the length of a number in bytes.
const maxNumber = 100

// plainNumber matches what is left of a number without sign, currency and white space:
// groups of digits with separators between them.
var plainNumber = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[0-9]*([.,'][0-9]+)*$`)
})

// readNumber reads a number with the given decimal sign; if that is "", it finds the sign.
// The last result says what is wrong.
func readNumber(text, decimal string) (any, string) {
	if len(text) > maxNumber {
		return nil, notANumber
	}
	sign, digits := bare(text)
	if !plainNumber().MatchString(digits) || strings.Trim(digits, ".,'") == "" {
		return nil, notANumber
	}
	if decimal == "" {
		var fault string
		if decimal, fault = decimalOf(digits); fault != "" {
			return nil, fault
		}
	}
	whole, fraction, fractional := digits, "", false
	if decimal != "" {
		whole, fraction, fractional = strings.Cut(digits, decimal)
	}
	if strings.ContainsAny(fraction, ".,'") || !grouped(whole) {
		return nil, notANumber
	}
	whole = strings.NewReplacer(".", "", ",", "", "'", "").Replace(whole)
	if !fractional || strings.Trim(fraction, "0") == "" && len(whole) < 19 {
		i, err := strconv.Atoi(sign + "0" + whole)
		if err != nil {
			return nil, tooLarge
		}
		return i, ""
	}
	f, err := strconv.ParseFloat(sign+"0"+whole+"."+fraction, 64)
	if err != nil || math.IsInf(f, 0) {
		return nil, tooLarge
	}
	return f, ""
}

// bare splits a number into its sign and its digits, without white space and currency. White
// space and apostrophes between digits separate thousands.
func bare(text string) (sign, digits string) {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '−':
			return '-'
		case r == '’':
			return '\''
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Sc, r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text)
	text = withoutCode(strings.TrimSpace(text))
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		sign, text = "-", rest
	} else {
		text = strings.TrimPrefix(text, "+")
	}
	text = withoutCode(strings.TrimSpace(text))
	return sign, strings.ReplaceAll(text, " ", "'")
}

// withoutCode removes the code of a currency, such as EUR, from either end.
func withoutCode(s string) string {
	code := func(s string) bool {
		return len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
	}
	switch {
	case len(s) > 3 && code(s[:3]):
		return strings.TrimSpace(s[3:])
	case len(s) > 3 && code(s[len(s)-3:]):
		return strings.TrimSpace(s[:len(s)-3])
	}
	return s
}

// decimalOf finds the decimal sign of a number, "" if it has none. A single separator before
// three digits is ambiguous. The last result says what is wrong.
func decimalOf(digits string) (string, string) {
	last := strings.LastIndexAny(digits, ".,")
	if last < 0 {
		return "", ""
	}
	sign := digits[last : last+1]
	before := digits[:last]
	switch {
	case strings.ContainsAny(before, ".,'"):
		if strings.Contains(before, sign) {
			return "", "" // it occurs more than once, so it separates thousands
		}
		return sign, ""
	case len(digits)-last-1 != 3 || len(before) > 3 || strings.HasPrefix(before, "0") || before == "":
		return sign, ""
	}
	return "", ambiguous
}

// grouped reports whether the thousands of a number are separated correctly, all by the same
// sign.
func grouped(whole string) bool {
	at := strings.IndexAny(whole, ".,'")
	if at < 0 {
		return true
	}
	groups := strings.Split(whole, whole[at:at+1])
	for i, group := range groups {
		if strings.ContainsAny(group, ".,'") || i > 0 && len(group) != 3 || i == 0 && (group == "" || len(group) > 3) {
			return false
		}
	}
	return true
}
