package userfile

import (
	"os"

	"untag/internal/rules"
	"untag/internal/terminal"
	"untag/internal/zoho"
)

// ReadRules reads a rules file; its error lists every fault.
func ReadRules(file string) (*rules.Rules, error) {
	data, err := Read("rules", "name another with --rules", file)
	if err != nil {
		return nil, err
	}
	return LoadRules(file, data)
}

// LoadRules loads the rules of a file that has been read; its error lists every fault.
func LoadRules(file string, data []byte) (*rules.Rules, error) {
	set, found := rules.LoadFor(data, zoho.HasModule(os.Getenv("ZOHO_API_VERSION")))
	if set != nil {
		return set, nil
	}
	lines := terminal.FaultLines{"the rules cannot be used:"}
	for _, f := range found {
		if f.Severity == rules.SeverityError {
			lines = append(lines, terminal.Clean(file+":"+f.String()))
		}
	}
	return nil, lines
}
