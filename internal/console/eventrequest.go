package console

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/sender"
	"untag/internal/webhook"
)

// mostHeaders is how many headers are shown.
const mostHeaders = 100

// requestView is a request as it was received, without its credentials.
type requestView struct {
	// Known is false if nothing of it is kept.
	Known bool
	// HTTP is false for another invocation of the function, all of which is in Body.
	HTTP    bool
	Query   string
	Headers []header
	More    int // headers that are left out
	Body    textView
	// Lacks says that the body has a credential, which is not shown.
	Lacks bool
}

// header is one that the request has; Hidden says that its value is a credential.
type header struct {
	Name, Value string
	Hidden      bool
}

func (c *Console) newRequestView(e *Entry, hide func(string) string) requestView {
	masked, isHTTP := c.masked(e)
	v := requestView{Known: len(e.Payload) > 0, HTTP: isHTTP}
	if !isHTTP {
		v.Body = newTextView(hide, e.Payload, mostOfText)
		return v
	}
	v.Query, v.Lacks = hiddenText(hide, masked.RawQuery, mostOfText), masked.Cut
	v.Body = newTextView(hide, masked.Body, mostOfText)
	for _, name := range slices.Sorted(maps.Keys(masked.Header)) {
		if len(v.Headers) == mostHeaders {
			v.More = len(masked.Header) - mostHeaders
			break
		}
		value := strings.Join(masked.Header[name], ", ")
		hidden := value == webhook.Hidden
		v.Headers = append(v.Headers, header{hiddenText(hide, name, longestValue), hiddenText(hide, value, longestPath), hidden})
	}
	return v
}

// masked returns the request of an entry without its credentials; false if it is another
// invocation.
func (c *Console) masked(e *Entry) (webhook.Masked, bool) {
	sent, isHTTP := e.request()
	if !isHTTP {
		return webhook.Masked{}, false
	}
	return c.mask(e, sent, webhook.Bytes(bodyOf(sent))), true
}

// request returns the request that an entry has; false if it is another invocation.
func (e *Entry) request() (sent events.APIGatewayV2HTTPRequest, isHTTP bool) {
	isHTTP = e.Method != "" && json.Unmarshal(e.Payload, &sent) == nil
	return sent, isHTTP
}

func bodyOf(sent events.APIGatewayV2HTTPRequest) []byte {
	if sent.IsBase64Encoded {
		if plain, err := base64.StdEncoding.DecodeString(sent.Body); err == nil {
			return plain
		}
	}
	return []byte(sent.Body)
}

// mask returns a request of an entry without its credentials; without a body, of the rest of it.
func (c *Console) mask(e *Entry, sent events.APIGatewayV2HTTPRequest, body func() ([]byte, error)) webhook.Masked {
	request := webhook.Request{Source: e.Source, Method: e.Method, RawQuery: sent.RawQueryString, Header: make(http.Header), Body: body}
	for name, value := range sent.Headers {
		request.Header.Set(name, value)
	}
	if len(sent.Cookies) > 0 {
		request.Header.Set("Cookie", strings.Join(sent.Cookies, "; "))
	}
	return webhook.Mask(c.receiver(e), request)
}

// receiver returns what knows how the source of an entry is verified.
func (c *Console) receiver(e *Entry) *webhook.Receiver {
	set := e.Rules
	if set == nil {
		set = c.Rules()
	}
	if c.Receiver == nil {
		return webhook.New(webhook.Config{Sources: set.Sources(), ReadOnly: true})
	}
	return c.Receiver().With(set.Sources())
}

// showBody shows a whole body as text.
func (c *Console) showBody(w http.ResponseWriter, r *http.Request) {
	e := c.entryIn(r)
	if e == nil {
		http.Error(w, "This event is no longer kept.", http.StatusNotFound)
		return
	}
	body := e.Payload
	if masked, isHTTP := c.masked(e); isHTTP {
		body = masked.Body
	}
	writeText(w, newTextView(c.hiderOf(e), body, mostOfWhole))
}

// verifiedView says how a request was verified, or why it was refused.
type verifiedView struct {
	webhook.How
	// State is "verified", "refused", "answered" for a handshake or a check that needs no proof,
	// or "from the queue"; "" if it is not known.
	State string
	// Age, Limit and Valid say how old the time of signing was, and what was allowed.
	AgeWords, Limit, Valid string
	// Covers says what the proof proves.
	CoversWords string
	Reason      string
}

func (c *Console) newVerifiedView(ctx context.Context, again read) verifiedView {
	e := again.entry
	v := verifiedView{}
	if len(again.recorded) > 0 && again.recorded[0].Request == nil {
		v.State = "from the queue"
		return v
	}
	if len(again.recorded) == 1 {
		v.How = webhook.Describe(ctx, c.receiver(e), *again.recorded[0].Request)
	}
	switch {
	case e.Outcome == OutcomeRefused:
		v.State, v.Reason = "refused", again.hide(e.Reason)
	case v.Handshake != "":
		v.State = "answered"
	case len(again.recorded) == 1:
		v.State = "verified"
	}
	if !v.Signed.IsZero() {
		v.AgeWords = ageWords(v.Age)
	}
	switch {
	case v.Tolerance > 0:
		v.Limit = "the limit is " + spanWords(v.Tolerance)
	case !v.Signed.IsZero() && v.Expires.IsZero():
		v.Limit = "any age is allowed"
	}
	if !v.Expires.IsZero() {
		v.Valid = v.Expires.UTC().Format(time.RFC3339)
	}
	v.Place, v.Over = unquoted(v.Place), unquoted(v.Over)
	switch v.Covers {
	case sender.CoversBody:
		v.CoversWords = "what the request says"
	case sender.CoversSender:
		v.CoversWords = "only who sent it: anything in the body could be someone else's"
	}
	return v
}

// unquoted returns words without the marks around a name.
func unquoted(words string) string { return strings.ReplaceAll(words, "`", "") }

// ageWords says how long before the receipt something was signed.
func ageWords(age time.Duration) string {
	words := "before it arrived"
	if age < 0 {
		age, words = -age, "after it arrived: the clocks differ"
	}
	if age < time.Second {
		return "less than a second " + words
	}
	return spanWords(age) + " " + words
}

// spanWords says how long a time is, in at most two units.
func spanWords(d time.Duration) string {
	units := []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}}
	var words []string
	for _, unit := range units {
		n := int(d / unit.length)
		if d -= time.Duration(n) * unit.length; n == 0 || len(words) == 2 {
			continue
		}
		word := fmt.Sprintf("%d %s", n, unit.name)
		if n > 1 {
			word += "s"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}
