package browser_test

import (
	"io"
	"net"
	"strings"
	"sync"
)

// line passes the connections of a browser on to a program, until it is cut.
type line struct {
	// program is the one at the other end, with the address of the line.
	program *program

	mu    sync.Mutex
	conns []net.Conn
	down  bool
}

// connect makes a line to a program.
func connect(p *program) *line {
	p.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = listener.Close() })
	l := &line{program: &program{t: p.t, folder: p.folder, url: "http://" + listener.Addr().String()}}
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
			if err != nil {
				_ = from.Close()
				continue
			}
			l.mu.Lock()
			if l.down {
				_, _ = from.Close(), to.Close()
			}
			l.conns = append(l.conns, from, to)
			l.mu.Unlock()
			go pass(to, from)
			go pass(from, to)
		}
	}()
	return l
}

// pass copies what comes until the connection ends.
func pass(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	_ = to.Close()
}

// hold ends all connections, and each new one until it is released.
func (l *line) hold() {
	l.mu.Lock()
	l.down = true
	l.mu.Unlock()
	l.cut()
}

// release lets connections through again.
func (l *line) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = false
}

// cut ends all connections. New ones can be made.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, conn := range l.conns {
		_ = conn.Close()
	}
	l.conns = nil
}
