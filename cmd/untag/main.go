// Command untag runs and examines untag on a developer's machine: the whole program with a
// simulated Zoho, that simulated Zoho alone, and the rules.
//
// It exits with 0 when done, 1 when a check, a test or a delivery failed, and 2 on wrong
// usage or an unreadable file.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second Ctrl-C does not wait for what is in flight.
	context.AfterFunc(ctx, stop)
	os.Exit(execute(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
