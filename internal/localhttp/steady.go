package localhttp

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

const (
	// stallTimeout is how long a client may send nothing of a body that it announced.
	stallTimeout = 10 * time.Second
	// writeTimeout is how long a client may take nothing of an answer. Before it writes,
	// the server may wait for the rest of a body that a handler did not read.
	writeTimeout = 2 * stallTimeout
	// bodyTimeout is how long a whole body may take.
	bodyTimeout = 2 * time.Minute
)

// ErrStalled is what reading a body returns whose sender stopped, or is too slow.
var ErrStalled = errors.New("the rest of the body did not arrive in time")

// Steady ends connections whose client stalls: one that sends nothing of a body for ten
// seconds, or takes more than two minutes for all of it, or does not take the answer. A
// client that is merely slow is served. http.Server's own timeouts count from the start
// of a request, whatever it is about, and would end slow answers too.
type Steady struct{ Next http.Handler }

// ServeHTTP serves with deadlines that move along with what arrives and leaves.
func (s Steady) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	steady := &steadyWriter{ResponseWriter: w, control: control}
	steady.extend()
	if r.Body == nil || r.Body == http.NoBody {
		s.Next.ServeHTTP(steady, r)
		return
	}
	body := &steadyBody{ReadCloser: r.Body, control: control, end: time.Now().Add(bodyTimeout)}
	body.extend()
	r.Body = body
	// The server reads what a handler leaves of a body, which must not take for ever.
	defer func() {
		body.extend()
		steady.extend()
	}()
	s.Next.ServeHTTP(steady, r)
}

// steadyBody gives each read of a body its deadline.
type steadyBody struct {
	io.ReadCloser
	control *http.ResponseController
	end     time.Time
	// done says that nothing more is expected of the body.
	done bool
}

func (b *steadyBody) Read(p []byte) (int, error) {
	b.extend()
	n, err := b.ReadCloser.Read(p)
	switch {
	case errors.Is(err, io.EOF):
		// From here on the server only waits for the client to hang up.
		b.done = true
		b.set(time.Time{})
	case errors.Is(err, os.ErrDeadlineExceeded):
		b.done, err = true, ErrStalled
	}
	return n, err
}

func (b *steadyBody) extend() {
	if b.done {
		return
	}
	deadline := time.Now().Add(stallTimeout)
	if b.end.Before(deadline) {
		deadline = b.end
	}
	b.set(deadline)
}

// set fails on what is no connection, such as a recorder of tests, which does not stall.
func (b *steadyBody) set(deadline time.Time) { _ = b.control.SetReadDeadline(deadline) }

// steadyWriter gives each write of an answer its deadline.
type steadyWriter struct {
	http.ResponseWriter
	control *http.ResponseController
}

// Unwrap is for http.ResponseController.
func (w *steadyWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *steadyWriter) WriteHeader(status int) {
	w.extend()
	w.ResponseWriter.WriteHeader(status)
}

func (w *steadyWriter) Write(p []byte) (int, error) {
	w.extend()
	return w.ResponseWriter.Write(p)
}

func (w *steadyWriter) extend() { _ = w.control.SetWriteDeadline(time.Now().Add(writeTimeout)) }
