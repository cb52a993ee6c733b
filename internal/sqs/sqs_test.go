package sqs_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"untag/internal/sqs"
)

const queueURL = "https://sqs.eu-central-1.amazonaws.com/123456789012/events"

// server answers requests, and notes them.
type server struct {
	answer   func(n int) (*http.Response, error)
	requests []*http.Request
	bodies   []string
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	s.requests, s.bodies = append(s.requests, r), append(s.bodies, string(body))
	response, err := s.answer(len(s.requests))
	if response != nil {
		response.Request = r
	}
	return response, err
}

func (s *server) config() aws.Config {
	return aws.Config{
		Region: "eu-central-1", HTTPClient: &http.Client{Transport: s, Timeout: 5 * time.Second},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "hush", SessionToken: "hush-session"}, nil
		}),
	}
}

// answering returns an answer with headers, each a name and a value.
func answering(status int, body string, headers ...string) *http.Response {
	header := make(http.Header)
	for pair := range slices.Chunk(headers, 2) {
		header.Set(pair[0], pair[1])
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}
}

func always(status int, body string, headers ...string) func(int) (*http.Response, error) {
	return func(int) (*http.Response, error) { return answering(status, body, headers...), nil }
}

const stored = `{"MessageId":"m-1","MD5OfMessageBody":"99914b932bd37a50b983c5e7c90ae93b"}`

var out = sqs.Outgoing{QueueURL: queueURL, Body: "{}"}

// TestRequestsAreThoseOfTheSDK: every operation sends what the SDK's client does.
func TestRequestsAreThoseOfTheSDK(t *testing.T) {
	url := aws.String(queueURL)
	text := "<é\u2028\"\\\x7f>"
	tests := map[string]struct {
		ours   func(context.Context, *sqs.Client)
		theirs func(context.Context, *awssqs.Client)
	}{
		"send": {
			func(ctx context.Context, c *sqs.Client) {
				_, _ = c.SendMessage(ctx, sqs.Outgoing{QueueURL: queueURL, Body: text, DelaySeconds: 30, Attributes: map[string]sqs.Attribute{"code": sqs.Text("x")}})
			},
			func(ctx context.Context, c *awssqs.Client) {
				_, _ = c.SendMessage(ctx, &awssqs.SendMessageInput{QueueUrl: url, MessageBody: &text, DelaySeconds: 30, MessageAttributes: map[string]types.MessageAttributeValue{
					"code": {DataType: aws.String("String"), StringValue: aws.String("x")},
				}})
			},
		},
		"send, no more than a body": {
			func(ctx context.Context, c *sqs.Client) { _, _ = c.SendMessage(ctx, out) },
			func(ctx context.Context, c *awssqs.Client) {
				_, _ = c.SendMessage(ctx, &awssqs.SendMessageInput{QueueUrl: url, MessageBody: aws.String("{}")})
			},
		},
		"change": {
			func(ctx context.Context, c *sqs.Client) {
				_, _ = c.ChangeMessageVisibilityBatch(ctx, queueURL, []sqs.Visibility{{ID: "0", ReceiptHandle: "r", Seconds: 60}})
			},
			func(ctx context.Context, c *awssqs.Client) {
				_, _ = c.ChangeMessageVisibilityBatch(ctx, &awssqs.ChangeMessageVisibilityBatchInput{QueueUrl: url, Entries: []types.ChangeMessageVisibilityBatchRequestEntry{
					{Id: aws.String("0"), ReceiptHandle: aws.String("r"), VisibilityTimeout: 60},
				}})
			},
		},
		"receive": {
			func(ctx context.Context, c *sqs.Client) {
				_, _ = c.ReceiveMessage(ctx, sqs.Receive{QueueURL: queueURL, Most: 3, HideSeconds: 60, WaitSeconds: 1, Attributes: []string{"All"}, SystemAttributes: []string{"SentTimestamp"}})
			},
			func(ctx context.Context, c *awssqs.Client) {
				_, _ = c.ReceiveMessage(ctx, &awssqs.ReceiveMessageInput{
					QueueUrl: url, MaxNumberOfMessages: 3, VisibilityTimeout: 60, WaitTimeSeconds: 1, MessageAttributeNames: []string{"All"},
					MessageSystemAttributeNames: []types.MessageSystemAttributeName{"SentTimestamp"},
				})
			},
		},
		"delete": {
			func(ctx context.Context, c *sqs.Client) { _ = c.DeleteMessage(ctx, queueURL, "r") },
			func(ctx context.Context, c *awssqs.Client) {
				_, _ = c.DeleteMessage(ctx, &awssqs.DeleteMessageInput{QueueUrl: url, ReceiptHandle: aws.String("r")})
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ours, theirs := &server{answer: always(200, "{}")}, &server{answer: always(200, "{}")}
			tt.ours(t.Context(), sqs.New(sqs.Config{AWS: ours.config()}))
			tt.theirs(t.Context(), awssqs.NewFromConfig(theirs.config()))
			if diff := cmp.Diff(sentBy(t, theirs), sentBy(t, ours)); diff != "" {
				t.Errorf("request: -the SDK's +ours\n%s", diff)
			}
		})
	}
}

// sentBy returns the one request that a server got, without what differs each time.
func sentBy(t *testing.T, s *server) map[string]any {
	t.Helper()
	if len(s.requests) != 1 {
		t.Fatalf("%d requests, want one", len(s.requests))
	}
	r := s.requests[0]
	var body any
	if err := json.Unmarshal([]byte(s.bodies[0]), &body); err != nil {
		t.Fatal(err)
	}
	// Which headers are signed may differ: the SDK signs some of its own.
	scope, _, _ := strings.Cut(r.Header.Get("Authorization"), ", SignedHeaders")
	sent := map[string]any{"method": r.Method, "url": r.URL.String(), "body": body, "scope": scope, "length": r.ContentLength > 0}
	for _, name := range []string{"Content-Type", "X-Amz-Target", "X-Amzn-Query-Mode", "X-Amz-Security-Token"} {
		sent[name] = r.Header.Get(name)
	}
	return sent
}

func TestAnswersThatCannotBeTrusted(t *testing.T) {
	for name, tt := range map[string]struct {
		answer string
		wrong  string
	}{
		"another checksum": {`{"MessageId":"m-1","MD5OfMessageBody":"0"}`, "checksum"},
		"no checksum":      {`{"MessageId":"m-1"}`, ""},
		"no JSON":          {`<html>`, "cannot be read"},
		"cut off":          {`{"MessageId":"m`, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &server{answer: always(200, tt.answer)}
			_, err := sqs.New(sqs.Config{AWS: s.config()}).SendMessage(t.Context(), out)
			if (err == nil) != (tt.wrong == "") || err != nil && !strings.Contains(err.Error(), tt.wrong) {
				t.Errorf("SendMessage = %v, want %q", err, tt.wrong)
			}
		})
	}
	s := &server{answer: always(200, `{"Messages":[{"MessageId":"m-1","Body":"{}","MD5OfBody":"0"}]}`)}
	if list, err := sqs.New(sqs.Config{AWS: s.config()}).ReceiveMessage(t.Context(), sqs.Receive{QueueURL: queueURL, Most: 1}); err == nil || len(list) > 0 {
		t.Errorf("ReceiveMessage = %v, %v, want that the checksum is wrong", list, err)
	}
}

func TestWhatIsReceived(t *testing.T) {
	s := &server{answer: always(200, `{"Messages":[{"MessageId":"m-1","ReceiptHandle":"r-1","Body":"{}","MD5OfBody":"99914b932bd37a50b983c5e7c90ae93b",
		"Attributes":{"SentTimestamp":"1"},"MessageAttributes":{"code":{"StringValue":"X","DataType":"String"}}}]}`)}
	list, err := sqs.New(sqs.Config{AWS: s.config()}).ReceiveMessage(t.Context(), sqs.Receive{QueueURL: queueURL, Most: 1})
	want := []sqs.Message{{
		ID: "m-1", ReceiptHandle: "r-1", Body: "{}", MD5OfBody: "99914b932bd37a50b983c5e7c90ae93b",
		Attributes: map[string]string{"SentTimestamp": "1"}, MessageAttributes: map[string]sqs.Attribute{"code": sqs.Text("X")},
	}}
	if diff := cmp.Diff(want, list); err != nil || diff != "" {
		t.Errorf("ReceiveMessage = %v: -want +got\n%s", err, diff)
	}
	s = &server{answer: always(200, `{"Successful":[{"Id":"0"}],"Failed":[{"Id":"1","Code":"ReceiptHandleIsInvalid","SenderFault":true}]}`)}
	if refused, err := sqs.New(sqs.Config{AWS: s.config()}).ChangeMessageVisibilityBatch(t.Context(), queueURL, make([]sqs.Visibility, 2)); refused != 1 || err != nil {
		t.Errorf("ChangeMessageVisibilityBatch = %d, %v, want 1 refused", refused, err)
	}
	// A message is put back at once by an explicit 0.
	if want := `"VisibilityTimeout":0`; !strings.Contains(s.bodies[0], want) {
		t.Errorf("sent %s, want %s", s.bodies[0], want)
	}
}

// TestWhereAQueueIs: a call goes to the region of the queue's URL if that is one of AWS's own,
// and never to another host.
func TestWhereAQueueIs(t *testing.T) {
	own := "http://127.0.0.1:5000"
	tests := map[string]struct {
		queue       string
		endpoint    *string
		url, region string
	}{
		"here":                {queueURL, nil, "https://sqs.eu-central-1.amazonaws.com/", "eu-central-1"},
		"another region":      {"https://sqs.us-east-1.amazonaws.com/1/q", nil, "https://sqs.us-east-1.amazonaws.com/", "us-east-1"},
		"China":               {"https://sqs.cn-north-1.amazonaws.com.cn/1/q", nil, "https://sqs.cn-north-1.amazonaws.com.cn/", "cn-north-1"},
		"China, wrong domain": {"https://sqs.cn-north-1.amazonaws.com/1/q", nil, "https://sqs.eu-central-1.amazonaws.com/", "eu-central-1"},
		"GovCloud":            {"https://sqs.us-gov-west-1.amazonaws.com/1/q", nil, "https://sqs.us-gov-west-1.amazonaws.com/", "us-gov-west-1"},
		"Europe":              {"https://sqs.eusc-de-east-1.amazonaws.eu/1/q", nil, "https://sqs.eusc-de-east-1.amazonaws.eu/", "eusc-de-east-1"},
		"an old name":         {"https://eu-central-1.queue.amazonaws.com/1/q", nil, "https://sqs.eu-central-1.amazonaws.com/", "eu-central-1"},
		"another host":        {"https://sqs.us-east-1.example.com/1/q", nil, "https://sqs.eu-central-1.amazonaws.com/", "eu-central-1"},
		"odd characters":      {"https://sqs.us@east.amazonaws.com/1/q", nil, "https://sqs.eu-central-1.amazonaws.com/", "eu-central-1"},
		"a local server":      {"https://sqs.us-east-1.amazonaws.com/1/q", &own, "http://127.0.0.1:5000/", "eu-central-1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := &server{answer: always(200, "{}")}
			if err := sqs.New(sqs.Config{AWS: s.config(), Endpoint: tt.endpoint}).DeleteMessage(t.Context(), tt.queue, "r"); err != nil {
				t.Fatal(err)
			}
			if r := s.requests[0]; r.URL.String() != tt.url || !strings.Contains(r.Header.Get("Authorization"), "/"+tt.region+"/sqs/aws4_request") {
				t.Errorf("sent to %s, signed as %s, want %s and %s", r.URL, r.Header.Get("Authorization"), tt.url, tt.region)
			}
		})
	}
}

// TestATraceIsPassedOn: Lambda recognizes functions that call each other in a loop by it.
func TestATraceIsPassedOn(t *testing.T) {
	const trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
	s := &server{answer: always(200, "{}")}
	ctx := context.WithValue(t.Context(), "x-amzn-trace-id", trace) //lint:ignore SA1029 aws-lambda-go names it so
	if err := sqs.New(sqs.Config{AWS: s.config()}).DeleteMessage(ctx, queueURL, "r"); err != nil {
		t.Fatal(err)
	}
	if got := s.requests[0].Header.Get("X-Amzn-Trace-Id"); got != trace {
		t.Errorf("X-Amzn-Trace-Id: %s, want %s", got, trace)
	}
}

func TestWithoutCredentials(t *testing.T) {
	s := &server{answer: always(200, "{}")}
	config := s.config()
	config.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("AWS_ACCESS_KEY_ID: not set")
	})
	err := sqs.New(sqs.Config{AWS: config}).DeleteMessage(t.Context(), queueURL, "r")
	if err == nil || !strings.Contains(err.Error(), "get credentials: AWS_ACCESS_KEY_ID: not set") || len(s.requests) > 0 {
		t.Errorf("DeleteMessage = %v after %d requests, want what is missing", err, len(s.requests))
	}
}
