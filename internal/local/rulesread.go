package local

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"untag/internal/userfile"
)

// mostOfRules is how large a rules file may be, in bytes.
const mostOfRules = 8 << 20

// errSpecial is about a pipe, a device and the like: reading one may wait for ever, and what was
// read is gone.
var errSpecial = errors.New("it is not a regular file: to see and change the rules here, start untag run with a file")

// readRules reads a rules file while untag runs.
func readRules(path string) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return userfile.Read("rules", "put the file back", path) // it says in words why
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the rules %s: %w", path, err)
	case info.IsDir():
		return userfile.Read("rules", "put the file back", path)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("read the rules %s: %w", path, errSpecial)
	}
	text, err := io.ReadAll(io.LimitReader(file, mostOfRules+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the rules %s: %w", path, err)
	case len(text) > mostOfRules:
		return nil, fmt.Errorf("read the rules %s: the file is over %d MiB, which is the limit", path, mostOfRules>>20)
	}
	return text, nil
}
