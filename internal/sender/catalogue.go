package sender

import (
	"embed"
	"path"
	"slices"
	"strings"
)

//go:embed rows/*.yaml
var rows embed.FS

// Names lists the senders that there are rows for, sorted.
func Names() []string {
	entries, err := rows.ReadDir("rows")
	if err != nil {
		return nil // the folder is part of the binary
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = strings.TrimSuffix(entry.Name(), path.Ext(entry.Name()))
	}
	slices.Sort(names)
	return names
}

// File returns the description of a sender in YAML; false if there is none.
func File(name string) (yaml []byte, found bool) {
	if strings.ContainsAny(name, `/\`) {
		return nil, false
	}
	yaml, err := rows.ReadFile("rows/" + name + ".yaml")
	return yaml, err == nil
}
