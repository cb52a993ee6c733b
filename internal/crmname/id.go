package crmname

import (
	"fmt"
	"strconv"
	"strings"
)

// maxID is the number of digits of the largest 64-bit id.
const maxID = 20

// oldPrefix is the prefix that Zoho's older merge fields put before an id.
const oldPrefix = "zcrm_"

// CheckID returns what is wrong with a record's id, which must have 1 to 20 digits.
func CheckID(id string) error {
	if id == "" {
		return fmt.Errorf("the record id is empty")
	}
	if len(id) > maxID {
		return fmt.Errorf("a record id has at most %d digits, but this one has %d characters", maxID, len(id))
	}
	for i := range len(id) {
		if !isDigit(id[i]) {
			return fmt.Errorf("%q is not a record id: a record id has only digits", id)
		}
	}
	return nil
}

// RecordID returns the digits of a record's id: for zcrm_5725767000000524157 it returns
// 5725767000000524157.
func RecordID(text string) (string, error) {
	if n := len(oldPrefix); len(text) > n && strings.EqualFold(text[:n], oldPrefix) {
		text = text[n:]
	}
	return text, CheckID(text)
}

// LooksRounded reports whether JavaScript or a spreadsheet probably rounded the id: it is
// over 2^53, where a 64-bit float cannot hold every digit, and equals the shortest text of
// such a float, padded with zeros. About one in a thousand genuine ids of 19 digits looks
// like this too.
func LooksRounded(id string) bool {
	const shortest = 17 // digits that distinguish a float from all others
	zeros := len(id) - len(strings.TrimRight(id, "0"))
	if CheckID(id) != nil || len(id) < shortest || zeros == 0 || len(id) == shortest && zeros == 1 {
		return false
	}
	f, err := strconv.ParseFloat(id, 64)
	return err == nil && strconv.FormatFloat(f, 'f', -1, 64) == id
}

// IsExponent reports whether a text is a number in exponent notation, as spreadsheets write
// a long id: 5.72577E+18.
func IsExponent(text string) bool {
	mantissa, exponent, ok := strings.Cut(strings.ToLower(text), "e")
	if !ok || mantissa == "" || !isDigit(mantissa[0]) || strings.Trim(mantissa, "0123456789.,") != "" {
		return false
	}
	return CheckID(strings.TrimPrefix(exponent, "+")) == nil
}
