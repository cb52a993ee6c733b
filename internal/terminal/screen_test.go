package terminal

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestScreen(t *testing.T) {
	tests := map[string]struct {
		colour Painter
		writes []string
		want   string
	}{
		"plain":                    {false, []string{"a\tb\nä – 東京 🙂\u0301"}, "a\tb\nä – 東京 🙂\u0301"},
		"control":                  {false, []string{"\x00\a\b\r\x1b[2J\x7f"}, `\u0000\u0007\u0008\u000d\u001b[2J\u007f`},
		"C1":                       {false, []string{"\u0080\u009b2J\u009f"}, `\u0080\u009b2J\u009f`},
		"bidi":                     {false, []string{"\u202e\u2066\u200f\u061c"}, `\u202e\u2066\u200f\u061c`},
		"invisible":                {false, []string{"\u200b\ufeff\u2028\u2029\u00ad\u2060"}, `\u200b\ufeff\u2028\u2029\u00ad\u2060`},
		"beyond the basic plane":   {false, []string{"\U000e0041\U0010ffff"}, `\udb40\udc41\udbff\udfff`},
		"no UTF-8":                 {false, []string{"a\x9bb\xff\xc3("}, `a\x9bb\xff\xc3(`},
		"a character in parts":     {false, []string{"\xe6", "\x9d", "\xb1x"}, "東x"},
		"an escape in parts":       {false, []string{"a\xc2", "\x9bb"}, `a\u009bb`},
		"a character without end":  {false, []string{"a\xe6\x9d"}, `a\xe6\x9d`},
		"a character that another": {false, []string{"\xe6", "b"}, `\xe6b`},
		"colour, unwanted":         {false, []string{"\x1b[31mred\x1b[0m"}, `\u001b[31mred\u001b[0m`},
		"colour":                   {true, []string{"\x1b[31mred\x1b[0m\x1b[32m\x1b[33m"}, "\x1b[31mred\x1b[0m\x1b[32m\x1b[33m"},
		"what is not our colour":   {true, []string{"\x1b[8m\x1b[31;5m\x1b[31\x1b]0;x\a\x1b"}, `\u001b[8m\u001b[31;5m\u001b[31\u001b]0;x\u0007\u001b`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			s := NewScreen(&out)
			s.colour = tt.colour
			for _, text := range tt.writes {
				if n, err := s.Write([]byte(text)); n != len(text) || err != nil {
					t.Errorf("Write(%q) = %d, %v", text, n, err)
				}
			}
			s.Flush()
			if got := out.String(); got != tt.want {
				t.Errorf("written as %q, want %q", got, tt.want)
			}
		})
	}
}

// TestScreenKeepsJSON: what an encoder writes means the same after the screen, for any
// content.
func TestScreenKeepsJSON(t *testing.T) {
	var every []rune
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if utf8.ValidRune(r) && (r < 0x3000 || !unicode.IsPrint(r)) {
			every = append(every, r)
		}
	}
	want := map[string]string{string(every): string(every)}
	var out bytes.Buffer
	s := NewScreen(&out)
	encoder := json.NewEncoder(s)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(want); err != nil {
		t.Fatal(err)
	}
	if i := bytes.IndexFunc(out.Bytes(), dangerous); i >= 0 {
		t.Errorf("written with %q in it", out.Bytes()[i:i+4])
	}
	var got map[string]string
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("not JSON behind the screen: %v", err)
	}
	if len(got) != 1 || got[string(every)] != string(every) {
		t.Error("means something else behind the screen")
	}
}

// dangerous are runes that control a terminal or hide what it shows.
func dangerous(r rune) bool {
	return r != '\n' && r != '\t' && (r < ' ' || r >= 0x7f && r <= 0x9f || r >= 0x200b && r <= 0x200f ||
		r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff)
}
