package local

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"untag/functions/removetags/handler"
	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/sharedsecret"
	"untag/internal/userfile"
	"untag/internal/webhook"
)

// stripper leaves out of recorded requests what proves them.
type stripper struct {
	rules    *rules.Rules
	receiver *webhook.Receiver
	secrets  userfile.Secrets
	// publicURL is the address that senders call, "" for that of the request.
	publicURL string
}

var errHoldsSecret = errors.New("it holds a secret where untag expects none, and the file would too")

// strip returns a request without its credentials: without what the function drops of a
// delivery, cookies, and every header and parameter that holds a stored secret. ok is false for
// a request that the function refused as not verified: nothing of it is kept.
func (s stripper) strip(ctx context.Context, request events.APIGatewayV2HTTPRequest) (stripped events.APIGatewayV2HTTPRequest, ok bool, err error) {
	payload, err := json.Marshal(request)
	if err != nil {
		return request, false, err
	}
	d, secret, ok := s.accepted(ctx, payload)
	if !ok || request.RequestContext.HTTP.Method == http.MethodHead {
		return request, false, nil
	}
	stripped, err = s.without(request, d, secret)
	return stripped, err == nil, err
}

// without returns a request as it is in its delivery, and without the further secrets.
func (s stripper) without(request events.APIGatewayV2HTTPRequest, d event.Delivery, secrets []string) (events.APIGatewayV2HTTPRequest, error) {
	known := s.known(secrets)
	request.Cookies = nil
	request.Headers = headersKept(request.Headers, d.Headers, known)
	request.RawQueryString = queryKept(d.RawQuery, known)
	values, _ := url.ParseQuery(request.RawQueryString)
	request.QueryStringParameters = joined(values)
	request.Body, request.IsBase64Encoded = string(d.Body), false
	if holds(request.Body, known) {
		return request, errHoldsSecret
	}
	if !utf8.Valid(d.Body) {
		request.Body, request.IsBase64Encoded = base64.StdEncoding.EncodeToString(d.Body), true
	}
	if _, has := request.Headers["content-length"]; has {
		request.Headers["content-length"] = strconv.Itoa(len(d.Body))
	}
	request.RequestContext.HTTP.UserAgent = request.Headers["user-agent"]
	text, err := json.Marshal(request)
	if err == nil && holds(string(text), known) {
		err = errHoldsSecret
	}
	return request, err
}

// accepted returns the delivery of a request that verifies, even if its body cannot be read, or
// that is a handshake. A handshake may bring a secret.
func (s stripper) accepted(ctx context.Context, payload []byte) (d event.Delivery, secrets []string, ok bool) {
	request := s.request(payload)
	if request == nil {
		return d, nil, false
	}
	if d, err := s.receiver.Verify(ctx, *request); err == nil {
		return d, nil, true
	}
	got, err := s.receiver.Receive(ctx, *s.request(payload))
	if err != nil || got.Reply == nil {
		return d, nil, false
	}
	secrets = append(secrets, got.Reply.Show)
	for name, value := range got.Reply.Header {
		if name != "content-type" && name != "x-content-type-options" {
			secrets = append(secrets, value)
		}
	}
	d, err = s.receiver.Assume(*s.request(payload))
	return d, secrets, err == nil
}

// request reads a payload; nil if it is none to a source.
func (s stripper) request(payload []byte) *webhook.Request {
	recorded, err := handler.Read(s.rules, payload)
	if err != nil || len(recorded) != 1 {
		return nil
	}
	return recorded[0].At(s.publicURL).Request
}

// known returns all that is stored, and further secrets, in the forms in which a request may
// hold them.
func (s stripper) known(further []string) []string {
	list := slices.Clone(further)
	for name, stored := range s.secrets {
		if !s.storesSecret(name) {
			continue
		}
		list = slices.Concat(list, stored.Secrets, s.passwords(name, stored.Secrets), stored.VerifyTokens)
	}
	var forms []string
	for _, secret := range list {
		if len(secret) < sharedsecret.Least {
			continue // it protects nothing, and may be in any text
		}
		quoted, _ := json.Marshal(secret)
		forms = append(forms, secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`), base64.StdEncoding.EncodeToString([]byte(secret)))
	}
	return forms
}

// passwords returns those of a source that stores a user name with each, which is no secret.
func (s stripper) passwords(name string, secrets []string) []string {
	source, _ := s.rules.Source(name)
	if !slices.ContainsFunc(source.Verify, func(v event.Scheme) bool { return v.Kind == "basic" || v.Verify != nil && v.Verify.Compare == "basic" }) {
		return nil
	}
	var list []string
	for _, secret := range secrets {
		if _, password, found := strings.Cut(secret, ":"); found {
			list = append(list, password)
		}
	}
	return list
}

// hider returns a function that puts a word in place of each stored secret; one that does nothing if none is stored.
func (s stripper) hider() func(string) string {
	forms := s.known(nil)
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, form := range forms {
		pairs = append(pairs, form, webhook.Hidden)
	}
	return strings.NewReplacer(pairs...).Replace
}

// storesSecret reports whether what is stored for a source must be kept secret.
func (s stripper) storesSecret(name string) bool {
	source, found := s.rules.Source(name)
	return !found || slices.ContainsFunc(source.Verify, func(v event.Scheme) bool { return v.Kind != "aws" && (v.Verify == nil || v.Verify.StoresSecret()) })
}

func holds(text string, known []string) bool {
	return slices.ContainsFunc(known, func(secret string) bool { return strings.Contains(text, secret) })
}

// headersKept returns the headers that the delivery still has, without those that hold a
// secret. The host is not a header of a delivery.
func headersKept(all, kept map[string]string, known []string) map[string]string {
	headers := maps.Clone(all)
	maps.DeleteFunc(headers, func(name, value string) bool {
		_, has := kept[name]
		return !has && name != "host" || holds(value, known)
	})
	return headers
}

// queryKept returns a query without the parameters that hold a secret.
func queryKept(query string, known []string) string {
	if query == "" {
		return ""
	}
	return strings.Join(slices.DeleteFunc(strings.Split(query, "&"), func(pair string) bool {
		plain, err := url.QueryUnescape(pair)
		return holds(pair, known) || err == nil && holds(plain, known)
	}), "&")
}
