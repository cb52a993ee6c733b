package rulesurl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"untag/internal/awsrequest"
)

// maxFile is one byte more than a rules file may have, so that one that is too large is read
// far enough to be refused as such.
const maxFile = 8<<20 + 1

// Config is what New needs.
type Config struct {
	// URL is RULES_URL.
	URL string
	// AWS has the region and the credentials for S3.
	AWS aws.Config
	// Endpoint replaces S3's own address, such as that of a local server; nil to keep it.
	Endpoint *string
	// HTTP makes the requests; nil for a client that gives up after a few seconds. Redirects
	// are never followed.
	HTTP *http.Client
}

// Reader reads one rules file. It is safe for concurrent use.
type Reader struct {
	location
	aws      aws.Config
	signer   *awsrequest.Signer
	endpoint *string
	client   *http.Client

	mu sync.Mutex
	// mark identifies what was read last; "" if nothing was.
	mark string
}

// requestTimeout bounds a request, in addition to the caller's context.
const requestTimeout = 5 * time.Second

// New returns a Reader for a URL.
func New(c Config) (*Reader, error) {
	at, err := parse(c.URL)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Timeout: requestTimeout}
	if c.HTTP != nil {
		*client = *c.HTTP
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Reader{location: at, aws: c.AWS, signer: awsrequest.NewSigner("s3", c.AWS.Credentials), endpoint: c.Endpoint, client: client}, nil
}

// ErrUnchanged means that the file is the one that was read last.
var ErrUnchanged = errors.New("the rules file has not changed")

// Error is why a file could not be read.
type Error struct {
	// Reason says what happened and what to do.
	Reason string
	Err    error
	// Temporary: the same request may work a moment later.
	Temporary bool
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Reason
	}
	return e.Reason + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Read returns the file, or ErrUnchanged if it is the one that the last successful Read
// returned and that could be told without reading it. Other errors are of type *Error.
func (r *Reader) Read(ctx context.Context) ([]byte, error) {
	r.mu.Lock()
	last := r.mark
	r.mu.Unlock()
	data, mark, err := r.read(ctx, last)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.mark = mark
	r.mu.Unlock()
	return data, nil
}

func (r *Reader) read(ctx context.Context, last string) (data []byte, mark string, err error) {
	switch r.kind {
	case kindS3:
		return r.readS3(ctx, last)
	case kindAppConfig:
		return r.readAppConfig(ctx)
	default:
		data, err := readFile(r.path)
		return data, "", err
	}
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, &Error{Reason: "open the rules file", Err: err}
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxFile))
	if err != nil {
		return nil, &Error{Reason: "read the rules file", Err: err}
	}
	return data, nil
}

// readAppConfig reads what the extension has: it asks AppConfig for changes by itself.
func (r *Reader) readAppConfig(ctx context.Context) (data []byte, mark string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url, nil)
	if err != nil {
		return nil, "", &Error{Reason: "ask AppConfig's extension", Err: err}
	}
	response, data, err := r.get(request)
	switch {
	case err != nil:
		return nil, "", &Error{Reason: "AppConfig's extension does not answer; is its layer part of this function?", Err: err, Temporary: true}
	case response.StatusCode == http.StatusOK:
		return data, "", nil
	case response.StatusCode == http.StatusNotFound:
		return nil, "", &Error{Reason: "AppConfig's extension finds no such application, environment or configuration, or nothing is deployed there yet (HTTP 404)"}
	}
	return nil, "", &Error{
		Reason:    fmt.Sprintf("AppConfig's extension answered HTTP %d; may this function's role call appconfig:StartConfigurationSession and appconfig:GetLatestConfiguration?", response.StatusCode),
		Temporary: response.StatusCode >= http.StatusInternalServerError,
	}
}

// get sends a request and reads the answer.
func (r *Reader) get(request *http.Request) (*http.Response, []byte, error) {
	response, err := r.client.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(response.Body, maxFile))
	if err != nil {
		return nil, nil, err
	}
	return response, data, nil
}
