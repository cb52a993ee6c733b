package local

import (
	"net"
	"strings"
	"testing"
)

func TestConsoleToken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for token, want := range map[string]string{
		"0123456789abcde": "at least 16", "0123456789abcdef": "", "aZ09-._~+/=aZ09-": "",
		"0123456789abcde;": "does not send back", "a token with spaces": "does not send back", "0123456789abcdef\n": "does not send back",
		`"0123456789abcdef"`: "does not send back", "0123456789abcdé0": "does not send back", "                ": "does not send back",
	} {
		t.Setenv("CONSOLE_TOKEN", token)
		d, err := newDoor("http://127.0.0.1:8080", l, nil)
		switch {
		case want == "" && (err != nil || d.token != token || strings.Contains(d.address, token)):
			t.Errorf("%q: %+v %v", token, d, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), token)):
			t.Errorf("%q: %v, want %s", token, err, want)
		}
	}
}
