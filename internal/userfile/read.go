package userfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// Read reads a file that the user named, or a default one. Its error says what is
// wrong with the file, and how to name another.
func Read(what, how, file string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if err == nil {
		return data, nil
	}
	why := strings.TrimPrefix(err.Error(), "open "+file+": ")
	switch {
	case Absent(err):
		why = "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		why = "you do not have permission to read it"
	case errors.Is(err, syscall.EISDIR):
		why = "it is a folder, not a file"
	}
	return nil, &fileError{fmt.Sprintf("read the %s: %s: %s; %s", what, file, why, how), err}
}

// Stdin is the name that stands for standard input.
const Stdin = "-"

// ReadOrStdin reads standard input if the file is Stdin, and otherwise as Read does.
func ReadOrStdin(stdin io.Reader, what, how, file string) ([]byte, error) {
	if file != Stdin {
		return Read(what, how, file)
	}
	data, err := io.ReadAll(stdin)
	if err != nil {
		return nil, fmt.Errorf("read the %s from standard input: %w", what, err)
	}
	return data, nil
}

// fileError says in plain words why a file could not be read.
type fileError struct {
	text string
	err  error
}

func (e *fileError) Error() string { return e.text }

// Unwrap returns what the system says.
func (e *fileError) Unwrap() error { return e.err }

// Absent reports whether a file could not be read because it does not exist.
func Absent(err error) bool { return errors.Is(err, fs.ErrNotExist) }
