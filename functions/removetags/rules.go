package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"untag/internal/rules"
	"untag/internal/zoho"
)

// loadRules reads the rules file, by default the one next to the binary.
func loadRules(file, zohoVersion string) (*rules.Rules, []error) {
	if file == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, []error{fmt.Errorf("RULES_FILE: not set, and the binary's own folder is unknown: %w", err)}
		}
		file = filepath.Join(filepath.Dir(self), "rules.yaml")
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, []error{fmt.Errorf("RULES_FILE: read the rules: %w", err)}
	}
	return checkRules(file, data, zohoVersion)
}

// checkRules returns the rules of a file, or all that is wrong with it.
func checkRules(file string, data []byte, zohoVersion string) (*rules.Rules, []error) {
	set, found := rules.LoadFor(data, zoho.HasModule(zohoVersion))
	if set != nil {
		return set, nil
	}
	var faults []error
	for _, f := range found {
		if f.Severity == rules.SeverityError {
			faults = append(faults, errors.New(file+":"+f.String()))
		}
	}
	return nil, faults
}

// checker returns a function that returns what is wrong with a rules file.
func checker(zohoVersion string) func(file []byte) error {
	return func(file []byte) error {
		_, faults := checkRules("rules.yaml", file, zohoVersion)
		return firstOf(faults)
	}
}

// maxFaults is how many faults of a rules file one message lists.
const maxFaults = 20

// firstOf joins the first faults of a file, nil if there are none.
func firstOf(faults []error) error {
	if more := len(faults) - maxFaults; more > 0 {
		faults = append(faults[:maxFaults:maxFaults], fmt.Errorf("and %d more; `untag check` lists all", more))
	}
	return errors.Join(faults...)
}
