package awstest

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"
)

// RoundTrip answers a request to SQS, in its JSON protocol. It implements http.RoundTripper,
// so that the HTTP client of a client of SQS can use it.
func (s *SQS) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	if err != nil {
		return nil, err
	}
	out, err := s.call(r.Context(), strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS."), body)
	if err == nil && !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") {
		err = &smithy.GenericAPIError{Code: "MissingAuthenticationToken", Message: "the request is not signed"}
	}
	status, header := http.StatusOK, http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}}
	if err != nil {
		api, ok := errors.AsType[smithy.APIError](err)
		if !ok {
			return nil, err // there is no answer
		}
		status = http.StatusBadRequest
		out = map[string]string{"__type": "com.amazonaws.sqs#" + api.ErrorCode(), "message": api.ErrorMessage()}
		if api.ErrorCode() == "QueueDoesNotExist" {
			header.Set("X-Amzn-Query-Error", "AWS.SimpleQueueService.NonExistentQueue;Sender")
		}
	}
	text, err := json.Marshal(out)
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(bytes.NewReader(text)), Request: r}, err
}

// call calls the operation of that name. The fields of the SDK's types are named like the
// members in JSON.
func (s *SQS) call(ctx context.Context, operation string, body []byte) (any, error) {
	switch operation {
	case "SendMessage":
		return decoded(body, func(in *sqs.SendMessageInput) (*sqs.SendMessageOutput, error) {
			out, err := s.SendMessage(ctx, in)
			if err == nil {
				sum := md5.Sum([]byte(aws.ToString(in.MessageBody)))
				out.MD5OfMessageBody = aws.String(hex.EncodeToString(sum[:]))
			}
			return out, err
		})
	case "ChangeMessageVisibilityBatch":
		return decoded(body, func(in *sqs.ChangeMessageVisibilityBatchInput) (*sqs.ChangeMessageVisibilityBatchOutput, error) {
			return s.ChangeMessageVisibilityBatch(ctx, in)
		})
	}
	return nil, &smithy.GenericAPIError{Code: "UnsupportedOperation", Message: operation}
}

func decoded[In, Out any](body []byte, do func(*In) (*Out, error)) (any, error) {
	in := new(In)
	if err := json.Unmarshal(body, in); err != nil {
		return nil, &smithy.GenericAPIError{Code: "SerializationException", Message: err.Error()}
	}
	return do(in)
}
