package sqs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"untag/internal/awsrequest"
)

// maxAnswer bounds an answer in bytes: ten messages of 1 MiB, each byte escaped as six.
const maxAnswer = 64 << 20

// ErrAnswer reports a successful answer that cannot be read.
var ErrAnswer = errors.New("the answer of SQS cannot be read")

// Config is what New needs.
type Config struct {
	// AWS has the credentials, the HTTP client, and the region of queues whose URLs name none.
	AWS aws.Config
	// Endpoint replaces SQS's own address, such as that of a local server; nil to keep it.
	Endpoint *string
}

// Client calls SQS. It is safe for concurrent use.
type Client struct {
	http     aws.HTTPClient
	signer   *awsrequest.Signer
	region   string
	endpoint *string
	retryer  *retry.Standard
	// ahead is how far the clock of SQS is ahead of this machine's, in nanoseconds.
	ahead atomic.Int64
}

// New returns a Client.
func New(c Config) *Client {
	client := c.AWS.HTTPClient
	if client == nil {
		client = http.DefaultClient
	}
	return &Client{
		http: client, signer: awsrequest.NewSigner("sqs", c.AWS.Credentials), region: c.AWS.Region, endpoint: c.Endpoint, retryer: retry.NewStandard(),
	}
}

// call calls an operation about a queue, and again if it fails for a moment. See
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html.
func (c *Client) call(ctx context.Context, operation, queueURL string, in, out any) error {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false) // escaping would write six bytes for every < in a message
	if err := e.Encode(in); err != nil {
		return fmt.Errorf("%s: encode the request: %w", operation, err)
	}
	answer, err := c.attempts(ctx, func() ([]byte, error) { return c.once(ctx, operation, queueURL, body.Bytes()) })
	if err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("%s: %w: %w", operation, ErrAnswer, err)
	}
	return nil
}

// once makes one attempt and returns SQS's answer.
func (c *Client) once(ctx context.Context, operation, queueURL string, body []byte) ([]byte, error) {
	address, region := c.address(queueURL)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Target", "AmazonSQS."+operation)
	request.Header.Set("X-Amzn-Query-Mode", "true") // errors then have the codes that are documented
	if trace, ok := ctx.Value("x-amzn-trace-id").(string); ok && trace != "" {
		// Lambda recognizes by it that functions call each other in a loop.
		request.Header.Set("X-Amzn-Trace-Id", trace)
	}
	ahead := time.Duration(c.ahead.Load())
	if err := c.signer.Sign(ctx, request, body, region, time.Now().Add(ahead)); err != nil {
		return nil, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, &smithyhttp.RequestSendError{Err: err}
	}
	defer func() { _ = response.Body.Close() }()
	off := c.compareClocks(response.Header, ahead)
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	if response.StatusCode/100 != 2 {
		return nil, errorOf(response, answer, off)
	}
	return answer, nil
}

// address returns where to send a call about a queue, and the region to sign it for: that in
// the queue's URL, or else the client's own.
func (c *Client) address(queueURL string) (url, region string) {
	if c.endpoint != nil {
		return strings.TrimRight(*c.endpoint, "/") + "/", c.region
	}
	region = c.region
	if named := regionOf(queueURL); named != "" {
		region = named
	}
	return "https://sqs." + region + "." + awsrequest.Domain(region) + "/", region
}

// regionOf returns the region in the URL of a queue, https://sqs.REGION.amazonaws.com/…; ""
// for a URL of another form. Only AWS's own domains count: the request is signed.
func regionOf(queueURL string) string {
	host, found := strings.CutPrefix(queueURL, "https://sqs.")
	host, _, _ = strings.Cut(host, "/")
	region, domain, _ := strings.Cut(host, ".")
	if !found || domain != awsrequest.Domain(region) || strings.Trim(region, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return ""
	}
	return region
}
