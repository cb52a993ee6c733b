package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/event"
	"untag/internal/pipeline"
)

// delivered is what became of one file of events.
type delivered struct {
	file string
	// answer is the HTTP status, or what a function answers elsewhere.
	answer string
	// outcomes are those of the events in the file, as far as the answer has them.
	outcomes []pipeline.Outcome
	// wrong is why the delivery did not go well, "" if it did.
	wrong string
}

// eventFiles lists the events of a folder, in the order of their names.
func eventFiles(folder string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no events: %s has no *.json; name another folder with --events", folder)
	}
	slices.Sort(files)
	return files, nil
}

// deliverer delivers recorded events as their senders would.
type deliverer struct {
	function invoker
	url      string
	recorder *recorder
}

// recorder keeps the outcomes of events while they are acted on, as not every kind of
// answer has them.
type recorder struct {
	pipeline interface {
		Run(ctx context.Context, events []event.Event) []pipeline.Outcome
	}
	mu       sync.Mutex
	outcomes []pipeline.Outcome
}

func (r *recorder) Run(ctx context.Context, list []event.Event) []pipeline.Outcome {
	outcomes := r.pipeline.Run(ctx, list)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outcomes = append(r.outcomes, outcomes...)
	return outcomes
}

// take gives what was recorded and forgets it.
func (r *recorder) take() []pipeline.Outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.outcomes
	r.outcomes = nil
	return taken
}

// deliver sends one file: what came through an HTTP API as a real HTTP request, all
// else as AWS hands it to the function.
func (d deliverer) deliver(ctx context.Context, file string) delivered {
	out := delivered{file: filepath.Base(file)}
	payload, err := os.ReadFile(file)
	if err != nil {
		out.wrong = err.Error()
		return out
	}
	d.recorder.take()
	var request events.APIGatewayV2HTTPRequest
	if json.Unmarshal(payload, &request) == nil && request.Version == "2.0" && request.RequestContext.HTTP.Method != "" {
		d.send(ctx, request, &out)
	} else {
		d.invoke(ctx, payload, &out)
	}
	out.outcomes = d.recorder.take()
	out.judge()
	return out
}

func (d deliverer) invoke(ctx context.Context, payload []byte, out *delivered) {
	ctx, cancel := context.WithTimeout(ctx, gatewayTimeout)
	defer cancel()
	answer, err := d.function.Invoke(ctx, payload)
	if err != nil {
		out.answer, out.wrong = "error", err.Error()
		return
	}
	out.readInvoked(answer)
}

// judge finds what went wrong in outcomes that an answer may not show.
func (out *delivered) judge() {
	for _, o := range out.outcomes {
		for _, f := range o.Failed {
			out.wrong = fmt.Sprintf("rule %s: %s: %s", f.Rule, f.Code, f.Message)
		}
		for _, e := range o.Errors {
			out.wrong = fmt.Sprintf("rule %s: %s", e.Rule, e.Message)
		}
	}
}

func (d deliverer) send(ctx context.Context, recorded events.APIGatewayV2HTTPRequest, out *delivered) {
	body := []byte(recorded.Body)
	if recorded.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(recorded.Body)
		if err != nil {
			out.wrong = "the body is marked as base64 and is not"
			return
		}
		body = decoded
	}
	address := d.url + recorded.RawPath
	if recorded.RawQueryString != "" {
		address += "?" + recorded.RawQueryString
	}
	request, err := http.NewRequestWithContext(ctx, recorded.RequestContext.HTTP.Method, address, bytes.NewReader(body))
	if err != nil {
		out.wrong = err.Error()
		return
	}
	for name, value := range recorded.Headers {
		// These belong to the connection, not to the sender.
		if name != "host" && name != "content-length" && !strings.HasPrefix(name, "x-forwarded-") {
			request.Header.Set(name, value)
		}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		out.wrong = err.Error()
		return
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		out.wrong = err.Error()
		return
	}
	out.read(response.StatusCode, answer)
}

// readInvoked reads what the function answered to an envelope.
func (out *delivered) readInvoked(answer []byte) {
	var envelope struct {
		StatusCode        int             `json:"statusCode"`
		Body              string          `json:"body"`
		BatchItemFailures json.RawMessage `json:"batchItemFailures"`
	}
	if err := json.Unmarshal(answer, &envelope); err != nil {
		out.wrong = "the answer is no JSON"
		return
	}
	switch {
	case envelope.StatusCode != 0:
		out.read(envelope.StatusCode, []byte(envelope.Body))
	case envelope.BatchItemFailures != nil:
		out.answer = "batch done"
		var failures []events.SQSBatchItemFailure
		if json.Unmarshal(envelope.BatchItemFailures, &failures) != nil || len(failures) > 0 {
			out.answer, out.wrong = "batch", fmt.Sprintf("%d messages go back to the queue", len(failures))
		}
	default:
		out.read(http.StatusOK, answer)
		out.answer = "returned"
	}
}

func (out *delivered) read(status int, answer []byte) {
	out.answer = statusText(status)
	if status > 299 {
		out.wrong = strings.TrimSpace(string(answer))
	}
}
