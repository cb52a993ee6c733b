package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

const (
	// mostWaiting is how many requests may wait to be written.
	mostWaiting = 100
	// patience is how long the answer to a request waits for its file, so that the file is there
	// when the sender has the answer. If a file takes longer, later answers do not wait.
	patience = 250 * time.Millisecond
	// lastWrites is how long the writes may take that are left when untag run ends.
	lastWrites = 5 * time.Second
)

// recordings writes requests as files, one after the other, when the function has answered them.
// A disk that does not answer holds up one answer for a moment. A nil *recordings writes nothing.
type recordings struct {
	folder string
	// strip returns what leaves the credentials out.
	strip func() stripper
	// say prints a line about a request to a source.
	say     func(source, outcome, detail string)
	waiting chan answered
	written chan struct{}
	// slow means that an answer has waited for a file in vain.
	slow atomic.Bool

	mu     sync.Mutex
	closed bool
	number int // of the last file
}

// notWritten is shown for a request that no file has.
const notWritten = "not written"

// answered is a request that the function has answered.
type answered struct {
	payload events.APIGatewayV2HTTPRequest
	source  string
	// done says that the function acted on events of it.
	done bool
	// written is closed when it has a file, or cannot have one.
	written chan struct{}
}

// newRecordings makes the folder, if it does not exist, and tests that files can be written to
// it.
func newRecordings(folder string, strip func() stripper) (*recordings, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, folderError(folder, err)
	}
	probe, err := os.CreateTemp(folder, ".untag-*")
	if err != nil {
		return nil, folderError(folder, err)
	}
	_ = probe.Close()
	if err := os.Remove(probe.Name()); err != nil {
		return nil, folderError(folder, err)
	}
	return &recordings{folder: folder, strip: strip, waiting: make(chan answered, mostWaiting), written: make(chan struct{})}, nil
}

// folderError says what is wrong with the folder of --record.
func folderError(folder string, err error) error {
	why := err.Error()
	switch {
	case errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.EEXIST):
		why = "it, or a folder above it, is a file"
	case errors.Is(err, fs.ErrPermission):
		why = "you do not have permission to write to it"
	}
	return fmt.Errorf("--record %s: %s; name a folder that files can be written to", folder, why)
}

// start writes what is added until end is called, even if ctx ends before that. Each file, and
// each request that could not be written, gets a line.
func (r *recordings) start(ctx context.Context, say func(source, outcome, detail string)) {
	if r == nil {
		return
	}
	r.say = say
	ctx = context.WithoutCancel(ctx)
	go func() {
		defer close(r.written)
		for one := range r.waiting {
			r.record(ctx, one)
			r.slow.Store(false)
			close(one.written)
		}
	}()
}

// add writes a request, and waits for its file, but not longer than patience.
func (r *recordings) add(one answered) {
	if r == nil {
		return
	}
	one.written = make(chan struct{})
	if !r.wait(one) {
		r.say(one.source, notWritten, fmt.Sprintf("%d requests already wait to be written to %s", mostWaiting, r.folder))
		return
	}
	if r.slow.Load() {
		return
	}
	select {
	case <-one.written:
	case <-time.After(patience):
		r.slow.Store(true)
	}
}

// wait reports whether a request will be written.
func (r *recordings) wait(one answered) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	select {
	case r.waiting <- one:
		return true
	default:
		return false
	}
}

// end waits until everything is written, but not longer than lastWrites.
func (r *recordings) end() {
	if r == nil {
		return
	}
	r.mu.Lock()
	r.closed = true
	close(r.waiting)
	r.mu.Unlock()
	select {
	case <-r.written:
	case <-time.After(lastWrites):
		r.say("", notWritten, fmt.Sprintf("the last %d requests, as %s does not answer", len(r.waiting)+1, r.folder))
	}
}

func (r *recordings) record(ctx context.Context, one answered) {
	stripped, ok, err := r.strip().strip(ctx, one.payload)
	switch {
	case err == nil && !ok && !one.done:
		return // refused
	case err == nil && !ok:
		err = errors.New("it does not verify a second time")
	}
	var file string
	if err == nil {
		file, err = r.write(one.source, stripped)
	}
	if err != nil {
		r.say(one.source, notWritten, err.Error())
		return
	}
	r.say(one.source, "written", file)
}

// write writes a file of a new name, and returns its path.
func (r *recordings) write(source string, request events.APIGatewayV2HTTPRequest) (string, error) {
	text, err := json.MarshalIndent(request, "", "  ")
	if err != nil {
		return "", err
	}
	at := time.UnixMilli(request.RequestContext.TimeEpoch).UTC().Format("20060102T150405.000Z")
	for range 1000 {
		r.number++
		file := filepath.Join(r.folder, fmt.Sprintf("%s-%04d-%s.json", at, r.number, fileName(source)))
		err = create(file, append(text, '\n'))
		if !errors.Is(err, fs.ErrExist) {
			return file, err
		}
	}
	return "", err
}

// create writes a file that must not exist. It removes one that it cannot write to its end.
func create(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(name)
	}
	return err
}

// fileName returns the beginning of a source's name without the characters that mean something in
// a path or to a shell.
func fileName(source string) string {
	const most = 40
	safe := strings.Map(func(c rune) rune {
		if c == '-' || c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' {
			return c
		}
		return '_'
	}, source)
	return safe[:min(len(safe), most)]
}
