package localhttp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

const (
	// grace is how long requests in flight may still take when serving ends.
	grace = 5 * time.Second
	// headerTimeout is how long the headers of a request may take.
	headerTimeout = 10 * time.Second
	// idleTimeout is how long a connection may stay open between requests.
	idleTimeout = 2 * time.Minute
)

// ErrCutOff says that requests were cut off because they did not finish within a few
// seconds of the end of serving.
var ErrCutOff = errors.New("requests in flight did not finish in time and were cut off")

// Serve answers requests on a listener until ctx ends, and then waits a few seconds for
// those in flight. It disconnects clients that stall; see Steady. It closes the listener,
// and returns nil if it ended because of ctx, ErrCutOff if requests had to be cut off. The
// contexts of requests end with ctx. errorLog may be nil.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, errorLog *log.Logger) error {
	if errorLog == nil {
		errorLog = log.New(io.Discard, "", 0)
	}
	server := &http.Server{
		Handler:           Steady{Next: handler},
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          errorLog,
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	switch err := server.Shutdown(end); {
	case errors.Is(err, context.DeadlineExceeded):
		server.Close()
		return ErrCutOff
	case err != nil:
		return fmt.Errorf("stop serving %s: %w", listener.Addr(), err)
	}
	if err := <-served; err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", listener.Addr(), err)
	}
	return nil
}
