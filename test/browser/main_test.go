package browser_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

var (
	modules  = flag.String("modules", "../../.venv/browser/node_modules", "folder of the npm packages, with axe-core")
	pictures = flag.String("pictures", "", "folder to write a picture of each page to, none by default")

	// untag is the program, and chromium the one browser of all tests: each has a profile of
	// its own in it.
	untag    string
	chromium context.Context
)

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := inChromium(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 2
	}
	os.Exit(code)
}

// inChromium runs the tests with the program built and a browser started.
func inChromium(m *testing.M) (int, error) {
	folder, err := os.MkdirTemp("", "untag-browser-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if untag, err = buildUntag(folder); err != nil {
		return 0, err
	}
	path, err := findChromium()
	if err != nil {
		return 0, err
	}
	flags := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(filepath.Join(folder, "profile"))}
	for _, name := range []string{
		"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-dev-shm-usage", "hide-scrollbars",
	} {
		flags = append(flags, chromedp.Flag(name, true))
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), flags...)
	defer stop()
	var quit context.CancelFunc
	chromium, quit = chromedp.NewContext(allocator)
	defer quit()
	if err := chromedp.Do(chromium); err != nil {
		return 0, fmt.Errorf("start %s: %w", path, err)
	}
	return m.Run(), nil
}

// findChromium returns the path of Chromium, by the names that it has in distributions.
func findChromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("the tests need Chromium: install it with `apt-get install chromium`")
}
