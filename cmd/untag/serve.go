package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// grace is how long requests in flight may take once serving shall end.
const grace = 5 * time.Second

// serve answers until ctx ends, and then finishes what is in flight.
func serve(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	rest, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	switch err := server.Shutdown(rest); {
	case errors.Is(err, context.DeadlineExceeded):
		server.Close()
		return answerIsNo{fmt.Sprintf("requests were cut off that took longer than %s to end", grace)}
	case err != nil:
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	}
	return nil
}
