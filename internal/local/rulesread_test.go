package local

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"untag/internal/console"
)

// What has taken the place of the rules file holds nobody up, and is not read without end.
func TestWhatIsNoRulesFile(t *testing.T) {
	for name, tt := range map[string]struct {
		put  func(path string) error
		want string
	}{
		"a pipe":     {func(path string) error { return syscall.Mkfifo(path, 0o600) }, "not a regular file"},
		"a device":   {func(path string) error { return os.Symlink("/dev/zero", path) }, "not a regular file"},
		"a folder":   {func(path string) error { return os.Mkdir(path, 0o700) }, "it is a folder, not a file"},
		"a loop":     {func(path string) error { return os.Symlink(path, path) }, "too many levels of symbolic links"},
		"nothing":    {func(string) error { return nil }, "there is no such file"},
		"too much":   {func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte("# \n"), 10<<20/3), 0o600) }, "over 8 MiB"},
		"a dead end": {func(path string) error { return os.Symlink(path+"-gone", path) }, "there is no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := runningWith(t, shopRules("In progress"))
			begun := r.set().Version()
			if err := errors.Join(os.Remove(r.flags.Rules), tt.put(r.flags.Rules)); err != nil {
				t.Fatal(err)
			}
			f := rulesFile{r}
			_, err := f.Text()
			for what, err := range map[string]error{"Text": err, "Save": f.Save([]byte("version: 1\n"), begun), "Use": f.Use(begun)} {
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%s: %v, want that %s", what, err, tt.want)
				}
			}
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(r.flags.Rules), ".untag-*")); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

// Of those who change the same version at the same time, one is told that it succeeded.
func TestSavingTheSameVersionAtOnce(t *testing.T) {
	r, _ := runningWith(t, shopRules("In progress"))
	begun, saved := r.set().Version(), atomic.Int32{}
	var done sync.WaitGroup
	for i := range 8 {
		done.Go(func() {
			switch err := (rulesFile{r}).Save([]byte(shopRules("V"+string(rune('0'+i)))), begun); {
			case err == nil:
				saved.Add(1)
			case !errors.Is(err, console.ErrChanged):
				t.Error(err)
			}
		})
	}
	done.Wait()
	if saved.Load() != 1 {
		t.Errorf("%d were told that they saved", saved.Load())
	}
}
