package console

import "errors"

// RulesFile is the rules file that the function runs with. Its versions are those of
// rules.VersionOf.
type RulesFile interface {
	// Name is its path, as the user named it.
	Name() string
	// Text returns what it holds now.
	Text() ([]byte, error)
	// Save replaces what it holds, if that is still the version that was shown; otherwise its
	// error is ErrChanged.
	Save(text []byte, version string) error
	// Use puts what it holds into force, if that is still the version that was shown; otherwise
	// its error is ErrChanged. Events that are being acted on end with the rules before.
	Use(version string) error
}

// ErrChanged says that the rules file is no longer what was shown.
var ErrChanged = errors.New("the file has changed since it was shown here: load the page again, and look at what changed")
