package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"untag/internal/console"
	"untag/internal/rules"
	"untag/internal/terminal"
	"untag/internal/zoho"
)

// lookEvery is how often the rules file is looked at. Reading it is cheap, and works on every file
// system, unlike notifications of changes.
const lookEvery = 500 * time.Millisecond

// rulesFile is the rules file of a function that runs.
type rulesFile struct{ r *running }

// Name is its path, as the user named it.
func (f rulesFile) Name() string { return f.r.flags.Rules }

// Text returns what it holds.
func (f rulesFile) Text() ([]byte, error) {
	return readRules(f.r.flags.Rules)
}

// Save replaces what it holds, if that is still this version. It writes to the file that a
// symbolic link names, and keeps the file's permissions.
func (f rulesFile) Save(text []byte, version string) error {
	f.r.changing.Lock()
	defer f.r.changing.Unlock()
	if err := f.still(version); err != nil {
		return err
	}
	path, err := filepath.EvalSymlinks(f.r.flags.Rules)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	draft, err := os.CreateTemp(filepath.Dir(path), ".untag-*.yaml")
	if err != nil {
		return fmt.Errorf("save the rules: %w", err)
	}
	_, err = draft.Write(text)
	err = errors.Join(err, draft.Chmod(info.Mode().Perm()), draft.Sync(), draft.Close())
	if err == nil {
		err = os.Rename(draft.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("save the rules: %w", err), os.Remove(draft.Name()))
	}
	return nil
}

// still returns an error if the file no longer holds this version.
func (f rulesFile) still(version string) error {
	text, err := f.Text()
	if err == nil && rules.VersionOf(text) != version {
		err = console.ErrChanged
	}
	return err
}

// Use puts what it holds into force, if that is still this version.
func (f rulesFile) Use(version string) error {
	f.r.changing.Lock()
	defer f.r.changing.Unlock()
	text, err := f.Text()
	if err != nil {
		return err
	}
	if rules.VersionOf(text) != version {
		return console.ErrChanged
	}
	notes, err := f.r.use(text)
	if err != nil {
		return err
	}
	f.r.lines.note("", "rules", strings.Join(append([]string{f.r.flags.Rules + " is in use now, version " + version}, notes...), "; "))
	return nil
}

// watchRules says in the terminal when the file has changed, until ctx ends. Nothing runs with the
// change before a user says so.
func (r *running) watchRules(ctx context.Context) {
	seen := r.set().Version()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := "none"
		text, err := readRules(r.flags.Rules)
		if errors.Is(err, errSpecial) {
			continue
		}
		if err == nil {
			now = rules.VersionOf(text)
		}
		if now == seen {
			continue
		}
		seen = now
		if now != r.set().Version() {
			r.lines.note("", "rules", r.changed(text, err))
		}
	}
}

// changed says how the file has changed, and what to do.
func (r *running) changed(text []byte, err error) string {
	name := terminal.Clean(r.flags.Rules)
	if err != nil {
		return name + " cannot be read now; untag still uses the old rules"
	}
	_, faults := rules.LoadFor(text, zoho.HasModule(os.Getenv("ZOHO_API_VERSION")))
	errs := 0
	first := ""
	for _, f := range faults {
		if f.Severity == rules.SeverityError {
			if errs++; errs == 1 {
				first = f.String()
			}
		}
	}
	switch errs {
	case 0:
		return fmt.Sprintf("%s has changed, but untag still uses the old rules: to see what would be different, and to use the new ones, open %srules", name, r.url+"/")
	case 1:
		return fmt.Sprintf("%s has changed and has an error, so untag still uses the old rules: %s", name, first)
	}
	return fmt.Sprintf("%s has changed and has %d errors, so untag still uses the old rules; the first: %s", name, errs, first)
}
