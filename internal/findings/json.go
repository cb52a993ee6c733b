package findings

import (
	"encoding/json"
	"io"

	"untag/internal/rules"
	"untag/internal/userfile"
)

// covered says what the proofs of a source cover.
type covered struct {
	Name   string   `json:"name"`
	Verify []string `json:"verify"`
	Covers string   `json:"covers"`
}

func coveredBy(set *rules.Rules) (list []covered) {
	if set == nil {
		return nil
	}
	for _, source := range set.Sources() {
		one := covered{Name: source.Name, Covers: source.Covers()}
		for _, way := range source.Verify {
			one.Verify = append(one.Verify, way.Kind)
		}
		list = append(list, one)
	}
	return list
}

// PrintJSON writes findings as one line of JSON. It has those of the secrets only if a file of
// secrets is named, and the sources only if the rules can be used.
func PrintJSON(w io.Writer, file string, set *rules.Rules, faults []rules.Fault, secretsFile string, ofSecrets []userfile.SecretFault) error {
	if faults == nil {
		faults = []rules.Fault{}
	}
	type checkedSecrets struct {
		File   string                 `json:"file"`
		Faults []userfile.SecretFault `json:"faults"`
	}
	var checked *checkedSecrets
	if secretsFile != "" {
		checked = &checkedSecrets{secretsFile, append([]userfile.SecretFault{}, ofSecrets...)}
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(struct {
		File    string          `json:"file"`
		Faults  []rules.Fault   `json:"faults"`
		Sources []covered       `json:"sources,omitempty"`
		Secrets *checkedSecrets `json:"secrets,omitempty"`
	}{file, faults, coveredBy(set), checked})
}
