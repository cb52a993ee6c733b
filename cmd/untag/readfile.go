package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"untag/internal/jsonvalue"
)

// readFile reads a file that the user named, or a default one. Its error says what is
// wrong with the file, and how to name another.
func readFile(what, how, file string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if err == nil {
		return data, nil
	}
	why := strings.TrimPrefix(err.Error(), "open "+file+": ")
	switch {
	case absent(err):
		why = "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		why = "you do not have permission to read it"
	case errors.Is(err, syscall.EISDIR):
		why = "it is a folder, not a file"
	}
	return nil, &fileError{fmt.Sprintf("read the %s: %s: %s; %s", what, file, why, how), err}
}

// fileError says in plain words why a file could not be read.
type fileError struct {
	text string
	err  error
}

func (e *fileError) Error() string { return e.text }

// Unwrap returns what the system says.
func (e *fileError) Unwrap() error { return e.err }

func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// whyUnread returns why a recorded event could not be read: where its JSON is broken, or that
// it may be only the body of a request. Otherwise it returns err.
func whyUnread(payload []byte, err error) error {
	value, broken := jsonvalue.Decode(payload)
	if broken != nil {
		return fmt.Errorf("not valid JSON: %w", broken)
	}
	members, isObject := value.(map[string]any)
	for _, key := range []string{"requestContext", "Records", "detail-type", "event"} {
		if _, has := members[key]; has {
			return err
		}
	}
	if isObject {
		return fmt.Errorf(`%w; if the file is only the body of a webhook, write it as the event, with the name of its source`, err)
	}
	return err
}
