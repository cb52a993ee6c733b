package crmname

import "fmt"

// maxID is the number of digits of the largest 64-bit id.
const maxID = 20

// CheckID reports what is wrong with a record's id: it has to be 1 to 20 digits.
func CheckID(id string) error {
	if id == "" {
		return fmt.Errorf("the record id is empty")
	}
	if len(id) > maxID {
		return fmt.Errorf("a record id has at most %d digits, this one has %d characters", maxID, len(id))
	}
	for i := range len(id) {
		if !isDigit(id[i]) {
			return fmt.Errorf("%q is no record id: only digits are", id)
		}
	}
	return nil
}
