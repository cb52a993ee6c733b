package zoho_test

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"untag/internal/zoho"
)

// TestTagsInEveryEncoding: all encodings of a letter with accents are the same tag, in the
// scripts that people write today.
func TestTagsInEveryEncoding(t *testing.T) {
	var letters []string
	for r := rune(0xC0); r < 0xD7A4; r++ {
		composed := string(r)
		plain := norm.NFD.String(composed)
		// Skip polytonic Greek, characters that are not letters, and presentation forms that
		// nobody writes.
		if plain == composed || norm.NFC.String(composed) != composed || !unicode.IsLetter(r) || r >= 0x1F00 && r < 0x3000 ||
			!unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Hiragana, unicode.Katakana, unicode.Hangul) ||
			r >= 0xAC00 && r%97 != 0 {
			continue
		}
		letters = append(letters, composed)
	}
	if len(letters) < 600 {
		t.Fatalf("only %d letters", len(letters))
	}
	for len(letters) > 0 {
		n := min(len(letters), zoho.MaxTags)
		asked := letters[:n]
		letters = letters[n:]
		kept := make([]string, n)
		for i, letter := range asked {
			kept[i] = `"` + norm.NFD.String(letter) + `"`
		}
		e := serving(t, says(200, inData(success(one, "["+strings.Join(kept, ",")+"]"))))
		got, err := client(t, e, "v8", &aToken{}).RemoveTags(t.Context(), "Deals", []string{one}, asked)
		if err != nil || len(got[0].Kept) != n {
			t.Errorf("RemoveTags of %q = %d kept, %v, want all", asked, len(got[0].Kept), err)
		}
	}
}
