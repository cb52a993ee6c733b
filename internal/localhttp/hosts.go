package localhttp

import (
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Hosts are the names under which this machine answers. Any page that a browser on this
// machine shows can reach its ports, under a name of the page's own that resolves to
// 127.0.0.1 (DNS rebinding); such a request names another host than these.
type Hosts struct {
	Next http.Handler
	// Also are names and addresses to answer to, beside those of loopback: 127.0.0.1 and
	// its like, ::1, localhost and what ends in .localhost.
	Also []string
	// Public says that the listener was opened to other machines: the address that a
	// client reached it by is one to answer to.
	Public bool
	// Refused is told of requests to other hosts; nil to tell nobody.
	Refused func(r *http.Request)
}

// wrongHost is what a request to another host is answered.
const wrongHost = "this server answers only to the names of its own machine, such as 127.0.0.1 and localhost, and the Host of the request is another; name further hosts with --allow-host"

// ServeHTTP answers 421 to a request whose Host is not allowed, unread.
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
	name := hostname(r.Host)
	if loopback(name) || name != "" && slices.ContainsFunc(h.Also, func(also string) bool { return hostname(also) == name }) {
		return true
	}
	asked, err := netip.ParseAddr(name)
	if err != nil || !h.Public {
		return false
	}
	// An address is not a name that could have been made to resolve to this machine.
	local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return ok && local.AddrPort().Addr().Unmap() == asked.Unmap()
}

// loopback reports whether a name can only mean the machine it is used on (RFC 6761).
func loopback(name string) bool {
	if address, err := netip.ParseAddr(name); err == nil {
		return address.Unmap().IsLoopback() && address.Zone() == ""
	}
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// hostname is a Host without its port, in lower case; "" where it has no such form.
func hostname(host string) string {
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
