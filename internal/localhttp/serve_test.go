package localhttp_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/localhttp"
)

// pipes is a listener without a network, so that time passes in a synctest bubble.
type pipes struct {
	conns chan net.Conn
	once  sync.Once
	ended chan struct{}
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), ended: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.ended:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.ended) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.conns <- server
	return client
}

// sizeOf answers with the size of the body, after a delay.
func sizeOf(after time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if errors.Is(err, localhttp.ErrStalled) {
			w.WriteHeader(http.StatusRequestTimeout)
			return
		}
		select {
		case <-time.After(after):
		case <-r.Context().Done():
			return
		}
		_, _ = io.WriteString(w, strings.Repeat("x", len(body)))
	})
}

// drip sends a request whose body arrives in pieces, with this pause between them.
func drip(conn net.Conn, length int, every time.Duration, pieces int) {
	_, _ = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: "+itoa(length)+"\r\n\r\n")
	for range pieces {
		time.Sleep(every)
		if _, err := io.WriteString(conn, "x"); err != nil {
			return
		}
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

func TestStalledBodies(t *testing.T) {
	unread := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	tests := map[string]struct {
		handler http.Handler
		length  int
		every   time.Duration
		pieces  int
		status  int
		within  time.Duration
	}{
		"whole":                       {sizeOf(0), 3, 0, 3, 200, time.Second},
		"slow":                        {sizeOf(0), 9, 9 * time.Second, 9, 200, 82 * time.Second},
		"slow answer":                 {sizeOf(time.Hour), 3, 0, 3, 200, time.Hour + time.Second},
		"slow answer, no body":        {sizeOf(time.Hour), 0, 0, 0, 200, time.Hour + time.Second},
		"stops":                       {sizeOf(0), 9, 0, 3, 408, 11 * time.Second},
		"sends nothing":               {sizeOf(0), 9, 0, 0, 408, 11 * time.Second},
		"is slow for too long":        {sizeOf(0), 99, 9 * time.Second, 99, 408, 121 * time.Second},
		"stops, and nobody reads it":  {unread, 9, 0, 3, 200, 11 * time.Second},
		"nothing of what is not read": {unread, 9, 0, 0, 200, 11 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				listener := newPipes()
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- localhttp.Serve(ctx, listener, tt.handler, nil) }()
				conn, start := listener.dial(), time.Now()
				var dripping sync.WaitGroup
				defer dripping.Wait()
				dripping.Go(func() { drip(conn, tt.length, tt.every, tt.pieces) })
				response, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil {
					t.Fatal(err)
				}
				if response.StatusCode != tt.status {
					t.Errorf("answered %d, want %d", response.StatusCode, tt.status)
				}
				if took := time.Since(start); took > tt.within {
					t.Errorf("answered after %v, want at most %v", took, tt.within)
				}
				conn.Close()
				cancel()
				if err := <-ended; err != nil {
					t.Errorf("Serve() = %v, want nil", err)
				}
			})
		})
	}
}

// TestConnectionIsReused: the deadlines of one request do not end the next, and an idle
// connection is closed.
func TestConnectionIsReused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := newPipes()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- localhttp.Serve(ctx, listener, sizeOf(30*time.Second), nil) }()
		conn := listener.dial()
		read := bufio.NewReader(conn)
		for range 3 {
			go drip(conn, 2, 9*time.Second, 2)
			response, err := http.ReadResponse(read, nil)
			if err != nil {
				t.Fatal(err)
			}
			if body, err := io.ReadAll(response.Body); err != nil || string(body) != "xx" {
				t.Fatalf("answered %q, %v, want both bytes", body, err)
			}
			time.Sleep(time.Minute)
		}
		time.Sleep(time.Minute + time.Second)
		if _, err := read.ReadByte(); !errors.Is(err, io.EOF) {
			t.Errorf("after two minutes: %v, want the connection closed", err)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Serve() = %v, want nil", err)
		}
	})
}

// TestAnswerThatNobodyTakes: the handler's write fails, and the handler goes on.
func TestAnswerThatNobodyTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := newPipes()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		failed := make(chan error, 1)
		large := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, err := w.Write(make([]byte, 1<<20))
			failed <- err
		})
		go func() { _ = localhttp.Serve(ctx, listener, large, nil) }()
		conn := listener.dial()
		defer conn.Close()
		if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if err := <-failed; err == nil || time.Since(start) > 21*time.Second {
			t.Errorf("the write ended with %v after %v, want an error after twenty seconds", err, time.Since(start))
		}
	})
}

func TestServeEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		takes time.Duration
		want  error
	}{"what finishes in time": {4 * time.Second, nil}, "what does not": {time.Hour, localhttp.ErrCutOff}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				listener := newPipes()
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				deaf := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(tt.takes) })
				go func() { ended <- localhttp.Serve(ctx, listener, deaf, nil) }()
				conn := listener.dial()
				defer conn.Close()
				go func() { _, _ = io.Copy(io.Discard, conn) }()
				if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				cancel()
				if err := <-ended; !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
					t.Errorf("Serve() = %v, want %v", err, tt.want)
				}
				time.Sleep(tt.takes) // the handler is deaf, and the bubble waits for it
			})
		})
	}
}
