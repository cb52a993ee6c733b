package send

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// Unpack replaces a body that is a recorded request, such as one that untag run --record wrote,
// with what the request has: its body, its headers and its query. It leaves any other body as it
// is.
func (d *Delivery) Unpack() error {
	var recorded events.APIGatewayV2HTTPRequest
	if json.Unmarshal(d.Body, &recorded) != nil || recorded.Version != "2.0" || recorded.RequestContext.HTTP.Method == "" {
		return nil
	}
	body := []byte(recorded.Body)
	if recorded.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(recorded.Body); err != nil {
			return errors.New("the body of the recorded request is marked as base64, but is not")
		}
	}
	d.Body, d.recorded = body, true
	var headers []string
	for _, name := range slices.Sorted(maps.Keys(recorded.Headers)) {
		if isOfSender(strings.ToLower(name)) {
			headers = append(headers, name+": "+recorded.Headers[name])
		}
	}
	// What the user names counts more than what was recorded.
	for _, line := range d.Headers {
		name, _, _ := strings.Cut(line, ":")
		headers = slices.DeleteFunc(headers, func(other string) bool {
			before, _, _ := strings.Cut(other, ":")
			return strings.EqualFold(strings.TrimSpace(name), before)
		})
	}
	d.Headers = append(headers, d.Headers...)
	if recorded.RawQueryString != "" {
		separator := "?"
		if strings.Contains(d.URL, "?") {
			separator = "&"
		}
		d.URL += separator + recorded.RawQueryString
	}
	return nil
}

// isOfSender reports whether a header is the sender's, and not of the connection or added on the
// way.
func isOfSender(name string) bool {
	return !slices.Contains([]string{"host", "content-length", "transfer-encoding", "connection", "x-amzn-trace-id", "accept-encoding"}, name) &&
		!strings.HasPrefix(name, "x-forwarded-")
}
