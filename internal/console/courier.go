package console

import (
	"context"
	"net/http"
)

// Outgoing is a request to a source.
type Outgoing struct {
	Source, Method string
	// Query is that of the URL, without the question mark.
	Query  string
	Header http.Header
	Body   []byte
	// Unsigned means that it is acted on without a proof.
	Unsigned bool
}

// Sent is what became of a request that was delivered.
type Sent struct {
	// Status is that of the answer, 0 for an invocation that is not an HTTP request.
	Status int
	Answer []byte
	// Entry is the id of the entry that it became, 0 if it became none.
	Entry int64
	// Unsigned says that it was acted on without a proof, as untag cannot sign as its sender.
	Unsigned bool
}

// Signing says whether untag can sign as the sender of a source.
type Signing struct {
	Can bool
	// Why says why not, as a sentence.
	Why string
	// Unsigned says that a request can be acted on without a proof, as nothing can be lost.
	Unsigned bool
}

// courier delivers requests to the function as their senders would. Its errors are for the user
// to read.
type courier interface {
	// Signing says whether untag can sign for a source.
	Signing(source string) Signing
	// Send signs a request with the secret of its source, and delivers it.
	Send(ctx context.Context, out Outgoing) (Sent, error)
	// Replay delivers an entry once more: what it was without its credentials, signed anew.
	Replay(ctx context.Context, e *Entry) (Sent, error)
}

// copier writes an entry as text to take away, which holds no credential and no secret except one
// that untag may show. Its errors are for the user to read.
type copier interface {
	// Invocation returns the invocation as a recorded event.
	Invocation(ctx context.Context, e *Entry) ([]byte, error)
	// Request returns the request, without what proves it, to be changed and sent. Of a batch it
	// is that of the first event.
	Request(ctx context.Context, e *Entry) (Outgoing, error)
	// Command returns a command that sends the request once more.
	Command(ctx context.Context, e *Entry) (string, error)
}
