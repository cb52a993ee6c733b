package local

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/explain"
	"untag/internal/pipeline"
)

// delivered is the result of delivering one file of events.
type delivered struct {
	file string
	// answer is the HTTP status or, for an event that did not come over HTTP, a word for
	// what the function returned.
	answer string
	// outcomes are those of the events in the file, in order.
	outcomes []pipeline.Outcome
	// wrong says what went wrong, "" if nothing did.
	wrong string
}

// EventFiles lists the files of recorded events in a folder, sorted by name.
func EventFiles(folder string) ([]string, error) {
	entries, err := readFolder(folder)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, entry := range entries {
		if !entry.IsDir() && filepath.Ext(entry.Name()) == ".json" {
			files = append(files, filepath.Join(folder, entry.Name()))
		}
	}
	if len(files) == 0 {
		return nil, NoEvents{"there is no *.json in " + folder}
	}
	return files, nil
}

// deliverer delivers recorded events as their senders would.
type deliverer struct {
	function invoker
	url      string
	client   *http.Client
	own      *deliveries
	prover   prover
	// keep keeps an invocation that is not an HTTP request; it may be nil.
	keep func(s *served, a reply, began time.Time)
	// served is called for an invocation that is shown.
	served func(served)
}

// newDeliverer returns a deliverer that sends HTTP requests to url. It uses no proxy and
// follows no redirects.
func newDeliverer(function invoker, url string, own *deliveries) deliverer {
	return deliverer{function: function, url: url, own: own, client: &http.Client{
		Transport:     &http.Transport{},
		Timeout:       gatewayTimeout + gatewayTimeout/10,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// deliver delivers one file: a payload of an HTTP API as a real HTTP request, signed now if it
// has no credential, anything else by invoking the function as AWS does.
func (d deliverer) deliver(ctx context.Context, file string) delivered {
	out := delivered{file: filepath.Base(file)}
	payload, err := os.ReadFile(file)
	if err != nil {
		out.wrong = err.Error()
		return out
	}
	t := new(trace)
	if request, ok := httpAPIRequest(payload); ok {
		err = d.send(ctx, payload, request, t, &out)
	} else {
		err = d.invoke(ctx, payload, t, &out)
		if err != nil && out.answer == "error" {
			err = explain.WhyUnread(payload, err)
		}
	}
	out.outcomes = t.read().outcomes
	out.judge(err)
	return out
}

// httpAPIRequest reads a payload of an HTTP API; false if it is not one. A function URL
// has the same format, but no API Gateway that this program could stand in for.
func httpAPIRequest(payload []byte) (events.APIGatewayV2HTTPRequest, bool) {
	var request events.APIGatewayV2HTTPRequest
	err := json.Unmarshal(payload, &request)
	ok := err == nil && request.Version == "2.0" && request.RequestContext.HTTP.Method != "" &&
		!strings.Contains(request.RequestContext.DomainName, ".lambda-url.")
	return request, ok
}

func (d deliverer) invoke(ctx context.Context, payload []byte, t *trace, out *delivered) error {
	ctx, cancel := context.WithTimeout(ctx, gatewayTimeout)
	defer cancel()
	began, payload := time.Now(), fromEventQueue(payload)
	answer, err := d.function.Invoke(traced(ctx, t), payload)
	if d.keep != nil {
		s := served{at: time.Now(), traceContent: t.read(), reason: reasonOf(err)}
		d.keep(&s, reply{raw: payload, body: answer}, began)
		t.keptAs(s.entry)
		if t.shown && len(s.events) > 0 {
			s.source = s.events[0].Source
			d.served(s)
		}
	}
	if err != nil {
		out.answer = "error"
		return err
	}
	return out.readInvoked(answer, t)
}

// fromEventQueue makes a recorded batch look as if it came from the function's own queue,
// the only one whose batches it accepts. Other payloads are returned unchanged.
func fromEventQueue(payload []byte) []byte {
	var batch struct {
		Records []map[string]json.RawMessage
	}
	if json.Unmarshal(payload, &batch) != nil || len(batch.Records) == 0 || string(batch.Records[0]["eventSource"]) != `"aws:sqs"` {
		return payload
	}
	for _, record := range batch.Records {
		record["eventSourceARN"] = json.RawMessage(`"` + eventQueueARN + `"`)
	}
	moved, err := json.Marshal(batch)
	if err != nil {
		return payload
	}
	return moved
}

func (d deliverer) send(ctx context.Context, payload []byte, recorded events.APIGatewayV2HTTPRequest, t *trace, out *delivered) error {
	request, err := requestOf(ctx, d.url, recorded)
	if err != nil {
		return err
	}
	p, err := d.prover.prove(ctx, payload, request)
	if err != nil {
		return err
	}
	if p.batch != nil {
		return d.invoke(ctx, p.batch, t, out)
	}
	request = p.request
	d.own.begin(request, t)
	response, err := d.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	return out.read(response.StatusCode, answer, t)
}

// requestOf rebuilds the request that an HTTP API turned into a payload.
func requestOf(ctx context.Context, url string, recorded events.APIGatewayV2HTTPRequest) (*http.Request, error) {
	body := []byte(recorded.Body)
	if recorded.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(recorded.Body)
		if err != nil {
			return nil, errors.New("the body is marked as base64, but is not")
		}
		body = decoded
	}
	address := url + recorded.RawPath
	if recorded.RawQueryString != "" {
		address += "?" + recorded.RawQueryString
	}
	request, err := http.NewRequestWithContext(ctx, recorded.RequestContext.HTTP.Method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, value := range recorded.Headers {
		if !ofConnection(strings.ToLower(name)) {
			request.Header.Set(name, value)
		}
	}
	if len(recorded.Cookies) > 0 {
		request.Header.Set("Cookie", strings.Join(recorded.Cookies, "; "))
	}
	return request, nil
}

// ofConnection reports whether a header is not the sender's: it belongs to the connection
// that the event came over, or was added on the way.
func ofConnection(name string) bool {
	return slices.Contains([]string{"host", "content-length", "transfer-encoding", "connection", "x-amzn-trace-id"}, name) ||
		strings.HasPrefix(name, "x-forwarded-")
}

// readInvoked reads the function's answer to an envelope.
func (out *delivered) readInvoked(answer []byte, t *trace) error {
	var envelope struct {
		StatusCode        int                          `json:"statusCode"`
		Body              string                       `json:"body"`
		BatchItemFailures []events.SQSBatchItemFailure `json:"batchItemFailures"`
	}
	if err := json.Unmarshal(answer, &envelope); err != nil {
		return errors.New("the function's answer is not a JSON object")
	}
	switch {
	case envelope.StatusCode != 0:
		return out.read(envelope.StatusCode, []byte(envelope.Body), t)
	case len(envelope.BatchItemFailures) > 0:
		out.answer = "batch"
		return fmt.Errorf("messages that go back to the queue: %d", len(envelope.BatchItemFailures))
	}
	out.answer = "returned"
	return nil
}

func (out *delivered) read(status int, answer []byte, t *trace) error {
	out.answer = statusText(status)
	reason := t.read().reason
	switch {
	case status <= 299:
		return nil
	case reason != "":
		// The log says more than the sender may know.
		return fmt.Errorf("%s: %s", out.answer, reason)
	case bytes.Contains(answer, []byte(`"outcome"`)):
		// The outcome itself says more.
		return errors.New(out.answer)
	}
	return fmt.Errorf("%s: %s", out.answer, bytes.TrimSpace(answer))
}

// judge notes what went wrong: in the answer, or in an outcome that the answer may not
// show.
func (out *delivered) judge(err error) {
	var wrong []string
	if err != nil {
		wrong = append(wrong, err.Error())
	}
	for _, o := range out.outcomes {
		for _, f := range o.Failed {
			wrong = append(wrong, fmt.Sprintf("rule %s: %s: %s", f.Rule, f.Code, f.Why()))
		}
		for _, e := range o.Errors {
			wrong = append(wrong, fmt.Sprintf("rule %s: %s", e.Rule, e.Message))
		}
	}
	out.wrong = strings.Join(wrong, "; ")
}

// reasonOf returns an error's text, "" for none.
func reasonOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
