package local_test

import (
	"net"
	"strings"
	"testing"

	"untag/internal/local"
)

// TestListen: each error says what to do.
func TestListen(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for address, want := range map[string]string{
		taken.Addr().String(): "address already in use", "8080": "name an address and a port", "127.0.0.1:http:x": "choose another address",
		"256.0.0.1:0": "choose another address", "127.0.0.1:99999": "choose another address",
	} {
		l, err := local.Listen(address)
		if err == nil {
			l.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "--listen ") {
			t.Errorf("Listen(%s) = %v, want %q in it", address, err, want)
		}
	}
}
