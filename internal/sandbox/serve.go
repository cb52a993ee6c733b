package sandbox

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

// grace is how long requests in flight may take once serving shall end.
const grace = 5 * time.Second

// Serve serves the Sandbox on a listener until ctx ends, and then waits a few
// seconds for requests in flight. It closes the listener, and returns nil when
// ctx was what ended it.
func (sb *Sandbox) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           sb,
		ReadHeaderTimeout: 10 * time.Second,
		// Slow answers end with ctx.
		BaseContext: func(net.Listener) context.Context { return ctx },
		// What clients do to their connections is of no interest.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("sandbox: serve %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := server.Shutdown(end); err != nil {
		server.Close()
		return fmt.Errorf("sandbox: shut down %s: %w", listener.Addr(), err)
	}
	if err := <-served; err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("sandbox: serve %s: %w", listener.Addr(), err)
	}
	return nil
}
