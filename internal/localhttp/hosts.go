package localhttp

import (
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Hosts answers only requests whose Host is a name of this machine. Without it, any web
// page that a browser on this machine shows could reach its ports, through a host name of
// the page's that resolves to 127.0.0.1 (DNS rebinding).
type Hosts struct {
	Next http.Handler
	// Also lists more names and addresses to answer to, in addition to those of loopback:
	// 127.0.0.0/8, ::1, localhost and names that end in .localhost.
	Also []string
	// Public says that the listener is open to other machines, so that the address by
	// which a client reached it is also one to answer to.
	Public bool
	// Refused is called for requests to other hosts; it may be nil.
	Refused func(r *http.Request)
}

// wrongHost is the message for requests to other hosts.
const wrongHost = "this server answers only to names of its own machine, such as 127.0.0.1 and localhost, but the request's Host is another name; if it should be allowed, name it with --allow-host"

// ServeHTTP answers 421 to a request whose Host is not allowed, without reading its body.
func (h Hosts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.allows(r) {
		h.Next.ServeHTTP(w, r)
		return
	}
	if h.Refused != nil {
		h.Refused(r)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Connection", "close")
	w.WriteHeader(http.StatusMisdirectedRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": wrongHost})
}

func (h Hosts) allows(r *http.Request) bool {
	name := Hostname(r.Host)
	if Loopback(name) || name != "" && slices.ContainsFunc(h.Also, func(also string) bool { return Hostname(also) == name }) {
		return true
	}
	asked, err := netip.ParseAddr(name)
	if err != nil || !h.Public {
		return false
	}
	// Unlike a name, an address cannot be made to resolve to this machine.
	local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return ok && local.AddrPort().Addr().Unmap() == asked.Unmap()
}

// Loopback reports whether a name always means the machine on which it is used (RFC 6761).
func Loopback(name string) bool {
	if address, err := netip.ParseAddr(name); err == nil {
		return address.Unmap().IsLoopback() && address.Zone() == ""
	}
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// Hostname returns a Host without its port, in lower case; "" if it is malformed.
func Hostname(host string) string {
	host = strings.ToLower(host)
	if _, err := netip.ParseAddr(host); err == nil {
		return host
	}
	name, port := host, ""
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		name, port = host[:i], host[i+1:]
	}
	if strings.Trim(port, "0123456789") != "" {
		return ""
	}
	if inner, ok := strings.CutPrefix(name, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		if _, err := netip.ParseAddr(inner); !ok || err != nil {
			return ""
		}
		return inner
	}
	return strings.TrimSuffix(name, ".")
}
