package sandbox_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"

	"untag/internal/sandbox"
)

func TestServeEndsCleanly(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var streamed []sandbox.Entry
	sb := sandbox.New(sandbox.Config{
		Records: someRecords(t), OnRemove: func(e sandbox.Entry) { streamed = append(streamed, e) },
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- sb.Serve(ctx, listener) }()
	z := &zoho{Sandbox: sb, t: t, url: "http://" + listener.Addr().String()}
	z.token = z.mint()
	if status, got := z.call("POST", removeVIP, ""); status != http.StatusOK {
		t.Errorf("remove_tags = %d %s, want 200", status, got)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Serve() = %v, want nil", err)
	}
	if len(streamed) != 1 || streamed[0].ID != won {
		t.Errorf("OnRemove got %v, want the removal", streamed)
	}
	if _, err := net.Dial("tcp", listener.Addr().String()); err == nil {
		t.Error("the address still answers")
	}
}

func TestServeOnAClosedListener(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	if err := sandbox.New(sandbox.Config{}).Serve(t.Context(), listener); err == nil || !strings.HasPrefix(err.Error(), "sandbox: serve ") {
		t.Errorf("Serve(closed) = %v, want an error", err)
	}
}
