package local

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
)

// leastToken is how many characters a token of the console must have.
const leastToken = 16

// door is the address of the console, and what a browser needs to be let in.
type door struct {
	address, token string
	// open says that other machines reach the listener, or may through a tunnel: one that passes on
	// bytes says so in no header, and who comes through it names any Host.
	open bool
}

// notOfToken reports whether a character is none of a token: a cookie cannot have it, so that a
// browser would be asked again and again.
func notOfToken(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-._~+/=", r)
}

// newDoor returns the door to a console at a URL. If the listener, or a tunnel to it, is open to
// other machines, the address has a token that was made up, unless CONSOLE_TOKEN sets one.
func newDoor(url string, l net.Listener, tunnels []string) (door, error) {
	d := door{address: url + "/", token: os.Getenv("CONSOLE_TOKEN"), open: !loopback(l) || len(tunnels) > 0}
	switch {
	case d.token == "":
		d.token = rand.Text()
		if d.open {
			d.address += "?token=" + d.token
		}
	case len(d.token) < leastToken:
		return d, fmt.Errorf("CONSOLE_TOKEN: it has %d characters, and must have at least %d that nobody can guess; unset it to have one made up", len(d.token), leastToken)
	case strings.ContainsFunc(d.token, notOfToken):
		return d, errors.New("CONSOLE_TOKEN: it has a character that a browser does not send back; use letters, digits and -._~+/= only, or unset it to have one made up")
	}
	return d, nil
}
