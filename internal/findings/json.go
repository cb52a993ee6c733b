package findings

import (
	"encoding/json"
	"io"

	"untag/internal/rules"
	"untag/internal/userfile"
)

// PrintJSON writes findings as one line of JSON. It has those of the secrets only if a file of
// secrets is named.
func PrintJSON(w io.Writer, file string, faults []rules.Fault, secretsFile string, ofSecrets []userfile.SecretFault) error {
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
		Secrets *checkedSecrets `json:"secrets,omitempty"`
	}{file, faults, checked})
}
