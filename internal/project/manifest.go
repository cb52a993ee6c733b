package project

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"untag/internal/terminal"
)

// manifestFile says what was written to a folder.
const manifestFile = ".untag.json"

// manifest is its content.
type manifest struct {
	// Format is the version of this format, and Untag that of the program.
	Format int    `json:"format"`
	Untag  string `json:"untag"`
	Choices
	// Files has the checksum of each file as it was written.
	Files map[string]string `json:"files"`
}

const manifestFormat = 1

func (m manifest) text() (string, error) {
	text, err := json.MarshalIndent(m, "", "  ")
	return string(text) + "\n", err
}

// readManifest returns what was written to a folder; nil for a folder that is new. Its error is
// that of a folder that is not untag's.
func readManifest(folder string) (*manifest, error) {
	file := filepath.Join(folder, manifestFile)
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, checkNew(folder)
	}
	if err != nil {
		return nil, folderError(folder, err)
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("%s: not what untag init wrote; restore it, for example with Git", file)
	}
	if m.Format != manifestFormat {
		return nil, fmt.Errorf("%s: a newer version of untag wrote it; use that version", file)
	}
	return &m, nil
}

// checkNew returns why a folder cannot become one of untag's. A Git repository without files can.
func checkNew(folder string) error {
	entries, err := os.ReadDir(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return folderError(folder, err)
	}
	var names []string
	for _, entry := range entries {
		if !slices.Contains([]string{".git", ".DS_Store"}, entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	if len(names) == 0 {
		return nil
	}
	const most = 3
	shown := strings.Join(names[:min(len(names), most)], ", ")
	if len(names) > most {
		shown += " and more"
	}
	return fmt.Errorf("%s: the folder is not empty (it has %s), and untag init did not make it; name a new folder, such as untag init my-hooks", folder, terminal.Shorten(shown, 100))
}

// makeFolder makes the folder, and tests that files can be written to it.
func makeFolder(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return folderError(folder, err)
	}
	probe, err := os.CreateTemp(folder, ".untag-*")
	if err != nil {
		return folderError(folder, err)
	}
	_ = probe.Close()
	return os.Remove(probe.Name())
}
