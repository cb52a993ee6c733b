package awstest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"
)

// Function is a Lambda binary that runs the way Lambda runs it: as a process of its own that
// gets its invocations from the Runtime API over HTTP.
type Function struct {
	server *http.Server
	cmd    *exec.Cmd
	calls  chan *call
	exited chan struct{}
	output *os.File

	mu      sync.Mutex
	waiting map[string]*call
	last    int
}

type call struct {
	payload  []byte
	deadline time.Time
	answer   chan answer
}

type answer struct {
	body []byte
	err  error
}

// FunctionError is an error that the function returned.
type FunctionError struct {
	Message string `json:"errorMessage"`
	Type    string `json:"errorType"`
}

func (e *FunctionError) Error() string { return e.Type + ": " + e.Message }

// ErrExited means that the function's process has ended.
var ErrExited = errors.New("awstest: the process has ended")

// StartFunction runs a binary with this environment, to which it adds the address of the
// Runtime API.
func StartFunction(binary string, env []string) (*Function, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("awstest: listen: %w", err)
	}
	// The process writes to a file: when its answer arrives, everything written before is
	// there, which a pipe does not guarantee.
	output, err := os.CreateTemp("", "awstest")
	if err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("awstest: make a file for the output: %w", err)
	}
	_ = os.Remove(output.Name()) // it lasts as long as it is open
	f := &Function{
		calls: make(chan *call), exited: make(chan struct{}), waiting: make(map[string]*call), output: output,
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", f.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", f.response)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", f.failure)
	f.server = &http.Server{Handler: mux}
	go func() { _ = f.server.Serve(l) }()
	f.cmd = exec.Command(binary)
	f.cmd.Env = append([]string{"AWS_LAMBDA_RUNTIME_API=" + l.Addr().String()}, env...)
	f.cmd.Stdout, f.cmd.Stderr = f.output, f.output
	if err := f.cmd.Start(); err != nil {
		_ = f.server.Close()
		return nil, fmt.Errorf("awstest: start %s: %w", binary, err)
	}
	go func() {
		_ = f.cmd.Wait()
		close(f.exited)
	}()
	return f, nil
}

// Invoke sends a payload to the function and waits for its answer. The function gets the
// deadline of ctx, or a deadline in one minute.
func (f *Function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	c := &call{payload: payload, answer: make(chan answer, 1), deadline: time.Now().Add(time.Minute)}
	if deadline, ok := ctx.Deadline(); ok {
		c.deadline = deadline
	}
	select {
	case f.calls <- c:
	case <-f.exited:
		return nil, ErrExited
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case a := <-c.answer:
		return a.body, a.err
	case <-f.exited:
		return nil, ErrExited
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Output returns everything that the process has written.
func (f *Function) Output() string {
	text, err := io.ReadAll(io.NewSectionReader(f.output, 0, math.MaxInt64))
	if err != nil {
		return "awstest: read the output: " + err.Error()
	}
	return string(text)
}

// Wait waits for the process to end by itself and returns its exit code.
func (f *Function) Wait(ctx context.Context) (int, error) {
	select {
	case <-f.exited:
		return f.cmd.ProcessState.ExitCode(), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// PID returns the id of the process, for measurements.
func (f *Function) PID() int { return f.cmd.Process.Pid }

// Stop kills the process.
func (f *Function) Stop() {
	_ = f.cmd.Process.Kill()
	<-f.exited
	_ = f.server.Close()
}

func (f *Function) next(w http.ResponseWriter, r *http.Request) {
	select {
	case c := <-f.calls:
		id := f.remember(c)
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Lambda-Runtime-Aws-Request-Id", id)
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(c.deadline.UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:123456789012:function:untag")
		_, _ = w.Write(c.payload)
	case <-r.Context().Done():
	}
}

func (f *Function) remember(c *call) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last++
	id := fmt.Sprintf("00000000-0000-4000-8000-%012d", f.last)
	f.waiting[id] = c
	return id
}

func (f *Function) forget(id string) *call {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.waiting[id]
	delete(f.waiting, id)
	return c
}

func (f *Function) response(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if c := f.forget(r.PathValue("id")); c != nil {
		c.answer <- answer{body, err}
	}
	w.WriteHeader(http.StatusAccepted)
}

func (f *Function) failure(w http.ResponseWriter, r *http.Request) {
	e := &FunctionError{}
	err := json.NewDecoder(r.Body).Decode(e)
	if c := f.forget(r.PathValue("id")); c != nil {
		c.answer <- answer{nil, errors.Join(e, err)}
	}
	w.WriteHeader(http.StatusAccepted)
}
