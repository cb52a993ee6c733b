package sandbox

import (
	"context"
	"fmt"
	"net"

	"untag/internal/localhttp"
)

// Serve serves the Sandbox on a listener until ctx ends, and then waits a few
// seconds for requests in flight. It closes the listener, and returns nil if it
// ended because of ctx.
func (sb *Sandbox) Serve(ctx context.Context, listener net.Listener) error {
	if err := localhttp.Serve(ctx, listener, sb, nil); err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	return nil
}
