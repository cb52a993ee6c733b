package console_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What others wrote is vendored unchanged: the table of the folder's README names each file
// with its checksum, and every script but ours is in it.
func TestVendoredAssetsHaveTheChecksumsOfTheirTable(t *testing.T) {
	const folder = "assets"
	readme, err := os.ReadFile(filepath.Join(folder, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for line := range strings.Lines(string(readme)) {
		cells := strings.Split(line, "|")
		if len(cells) != 7 || len(strings.TrimSpace(cells[5])) != hex.EncodedLen(sha256.Size) {
			continue
		}
		want[strings.TrimSpace(cells[1])] = strings.TrimSpace(cells[5])
	}
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, file := range files {
		name := filepath.Base(file)
		if vendored := filepath.Ext(name) == ".LICENSE" || filepath.Ext(name) == ".js" && name != "app.js"; !vendored {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(content)
		got[name] = hex.EncodeToString(sum[:])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the checksums of the vendored files differ from the table in %s/README.md (-table +files):\n%s", folder, diff)
	}
}
