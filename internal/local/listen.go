package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"

	"untag/internal/localhttp"
	"untag/internal/terminal"
)

// hostsHelp is what --help says about the hosts to which untag answers.
const HostsHelp = `Requests are answered only if their Host names this machine: 127.0.0.1, ::1,
localhost, a name that ends in .localhost, or one that --listen or --allow-host names.
Others get 421, so that no web page can reach untag through a host name of its own.`

// Serve answers until ctx ends, and then finishes what is in flight.
func Serve(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	err := localhttp.Serve(ctx, l, h, slog.NewLogLogger(log.Handler(), slog.LevelWarn))
	if errors.Is(err, localhttp.ErrCutOff) {
		return terminal.AnswerIsNo(err.Error())
	}
	return err
}

// Named limits a handler to the hosts that the flags allow.
func Named(next http.Handler, l net.Listener, address string, also []string) localhttp.Hosts {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = ""
	}
	return localhttp.Hosts{Next: next, Also: append([]string{host}, also...), Public: !loopback(l)}
}

// loopback reports whether only this machine reaches a listener.
func loopback(l net.Listener) bool {
	address, ok := l.Addr().(*net.TCPAddr)
	return ok && address.IP.IsLoopback()
}

// URLOf returns the URL at which this machine reaches a listener.
func URLOf(l net.Listener) string {
	address, ok := l.Addr().(*net.TCPAddr)
	if ok && address.IP.IsUnspecified() {
		return fmt.Sprintf("http://127.0.0.1:%d", address.Port)
	}
	return "http://" + l.Addr().String()
}

// onAllAddresses reports whether an address to listen on is that of every network of this machine.
func onAllAddresses(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "" || ip != nil && ip.IsUnspecified()
}

// Listen opens a port; its errors say what to do.
func Listen(address string) (net.Listener, error) {
	if !strings.Contains(address, ":") {
		return nil, fmt.Errorf("--listen %s: name an address and a port, such as 127.0.0.1:8080", address)
	}
	l, err := net.Listen("tcp", address)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("--listen %s: another program is using this port (address already in use); choose another port, or 0 for a free one: --listen 127.0.0.1:0", address)
	case errors.Is(err, os.ErrPermission):
		return nil, fmt.Errorf("--listen %s: you may not use this port: those below 1024 are for the administrator; choose a higher one, such as --listen 127.0.0.1:8080", address)
	}
	return nil, fmt.Errorf("--listen %s: %w; choose another address, such as 127.0.0.1:8080", address, err)
}
