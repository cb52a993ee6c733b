package localhttp_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"untag/internal/localhttp"
)

func TestHosts(t *testing.T) {
	lan := &net.TCPAddr{IP: net.IPv4(192, 168, 1, 5), Port: 8080}
	tests := map[string]struct {
		hosts localhttp.Hosts
		local net.Addr
		allow []string
		deny  []string
	}{
		"loopback": {
			local: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080},
			allow: []string{
				"127.0.0.1", "127.0.0.1:8080", "127.0.0.1:1", "127.8.9.10", "[::1]", "[::1]:80", "::1", "[::ffff:127.0.0.1]:80",
				"localhost", "LocalHost:8080", "localhost.", "localhost:", "crm.localhost:80", "a.b.localhost",
			},
			deny: []string{
				"", "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.nip.io", "notlocalhost", "locaIhost",
				"localho\u017ft", "192.168.1.5", "0.0.0.0:8080", "[::]:80", "[::2]", "[evil.example]", "[::1", "::1]", "2130706433", "127.1",
				"0x7f.0.0.1", "localhost:80:evil.example", "localhost:x", "127.0.0.1 evil.example", "[fe80::1%lo]", "[::1%lo]", "user@localhost",
			},
		},
		"an address that was named": {
			hosts: localhttp.Hosts{Also: []string{"192.168.1.5", "Box.Example", "::2"}, Public: true}, local: lan,
			allow: []string{"192.168.1.5:8080", "box.example", "BOX.example.:80", "[::2]:80", "localhost", "[::ffff:192.168.1.5]"},
			deny:  []string{"192.168.1.6", "evil.example", "a.box.example", ""},
		},
		"every address": {
			hosts: localhttp.Hosts{Also: []string{""}, Public: true}, local: lan,
			allow: []string{"192.168.1.5", "192.168.1.5:8080", "localhost:8080"},
			deny:  []string{"10.0.0.1", "evil.example", "", ":8080"},
		},
		"this machine alone, reached elsewhere": {
			local: lan, allow: []string{"localhost"}, deny: []string{"192.168.1.5"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for want, hosts := range map[int][]string{http.StatusOK: tt.allow, http.StatusMisdirectedRequest: tt.deny} {
				for _, host := range hosts {
					h, served, told := tt.hosts, 0, 0
					h.Next = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served++ })
					h.Refused = func(*http.Request) { told++ }
					r := httptest.NewRequest("POST", "/", strings.NewReader("body"))
					r.Host = host
					w := httptest.NewRecorder()
					h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, tt.local)))
					if w.Code != want || served+told != 1 || (served == 1) != (want == http.StatusOK) {
						t.Errorf("Host %q = %d, served %d times, want %d", host, w.Code, served, want)
					}
					if want != http.StatusOK && !strings.Contains(w.Body.String(), "--allow-host") {
						t.Errorf("Host %q is refused without saying what to do: %s", host, w.Body)
					}
				}
			}
		})
	}
}
