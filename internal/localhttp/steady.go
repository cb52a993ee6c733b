package localhttp

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

const (
	// stallTimeout is how long a client may pause while it sends a body.
	stallTimeout = 10 * time.Second
	// writeTimeout is how long a client may pause while it receives an answer. Before it
	// writes, the server may wait for the rest of a body that a handler did not read.
	writeTimeout = 2 * stallTimeout
	// bodyTimeout is how long a whole body may take.
	bodyTimeout = 2 * time.Minute
)

// ErrStalled is returned by reads of a body whose sender stopped, or is too slow.
var ErrStalled = errors.New("the rest of the body did not arrive in time")

// Steady disconnects clients that stall: that pause for ten seconds in a body, take more
// than two minutes for the whole of it, or do not receive the answer. A client that is
// merely slow is served. The timeouts of http.Server count from the start of every
// request, and would also end answers that the handler takes long to write.
type Steady struct{ Next http.Handler }

// ServeHTTP serves with deadlines that each read and each write extends.
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
	// The server reads what the handler left of a body, which must not take forever.
	defer func() {
		body.extend()
		steady.extend()
	}()
	s.Next.ServeHTTP(steady, r)
}

// steadyBody sets a deadline for each read of a body.
type steadyBody struct {
	io.ReadCloser
	control *http.ResponseController
	end     time.Time
	// done says that the body has ended.
	done bool
}

func (b *steadyBody) Read(p []byte) (int, error) {
	b.extend()
	n, err := b.ReadCloser.Read(p)
	switch {
	case errors.Is(err, io.EOF):
		// From now on the server only waits for the client to hang up.
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

// set fails if there is no connection, as in tests with a recorder, which cannot stall.
func (b *steadyBody) set(deadline time.Time) { _ = b.control.SetReadDeadline(deadline) }

// steadyWriter sets a deadline for each write of an answer.
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
