package zoho

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2"

	"untag/internal/crmname"
	"untag/internal/zohoauth"
)

// tokens provides access tokens. Refused tells it that Zoho refused one.
type tokens interface {
	Token(ctx context.Context) (zohoauth.Token, error)
	Refused(ctx context.Context, t zohoauth.Token)
}

// meter is told of each request, so that someone can count them.
type meter interface {
	// ZohoCall is called for each request. It changes the tags of so many records, none if it
	// only reads.
	ZohoCall(records int)
	// ZohoFailure is called with the code of each call that fails.
	ZohoFailure(code string)
	// CreditsLeft is called with what Zoho says is left of the calls in 24 hours. It says so
	// only once half are used.
	CreditsLeft(n int)
	// TokenMint is called for each request for an access token.
	TokenMint()
}

// Config is what New needs.
type Config struct {
	// APIURL replaces the API's address, for a sandbox; normally it is empty, and the
	// address comes with the token.
	APIURL string
	// Version is the API version, "v2" when empty.
	Version string
	// HTTP makes the requests; nil means a client with a timeout of 30 s. Redirects are
	// never followed, as they would take the token along.
	HTTP *http.Client
	// Tokens provides the access tokens, as the result of NewTokens does. It is required.
	Tokens tokens
	// Meter counts the calls; nil for none.
	Meter meter
}

// Client calls the CRM API. It is safe for concurrent use.
type Client struct {
	apiURL   string
	version  string
	http     *http.Client
	tokens   tokens
	meter    meter
	refusals refusals
}

// New returns a Client. An error means that the Config is wrong.
func New(c Config) (*Client, error) {
	if c.Version == "" {
		c.Version = "v2"
	}
	if err := CheckVersion(c.Version); err != nil {
		return nil, fmt.Errorf("zoho: %w", err)
	}
	if c.Tokens == nil {
		return nil, errors.New("zoho: nothing provides access tokens")
	}
	if c.APIURL != "" && !isBase(c.APIURL) {
		return nil, errors.New("zoho: the address of the API is not a URL such as https://host/path")
	}
	return &Client{
		apiURL: strings.TrimRight(c.APIURL, "/"), version: c.Version,
		http: withoutRedirects(c.HTTP), tokens: c.Tokens, meter: meterOr(c.Meter),
	}, nil
}

// CheckVersion returns an error unless untag supports an API version: v2, v2.1, v3 to v8.
func CheckVersion(version string) error {
	versions := []string{"v2", "v2.1", "v3", "v4", "v5", "v6", "v7", "v8"}
	if !slices.Contains(versions, version) {
		return fmt.Errorf("%q is not a version of Zoho's API that untag supports; use one of %s", version, strings.Join(versions, ", "))
	}
	return nil
}

// HasModule returns a function that checks whether a version of the API, "" for v2, has a
// module, by its API name: v3 removed Activities. An unknown version counts as having all.
func HasModule(version string) func(module string) error {
	return func(module string) error {
		if module != "Activities" || version == "" || inQuery(version) || CheckVersion(version) != nil {
			return nil
		}
		return fmt.Errorf("%s of Zoho's API does not have the module Activities: use Tasks, Events or Calls, or API version v2 or v2.1 (ZOHO_API_VERSION)", version)
	}
}

// CheckModule returns an error if the client's version lacks a module, given by its API name.
func (c *Client) CheckModule(module string) error { return HasModule(c.version)(module) }

// moduleName returns the API name of a module, and an error if the client's version lacks it.
func (c *Client) moduleName(module string) (string, error) {
	name, err := crmname.ModuleAPIName(module)
	if err == nil {
		err = c.CheckModule(name)
	}
	return name, err
}

// isBase reports whether paths can be appended to an address.
func isBase(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" &&
		u.User == nil && u.RawQuery == "" && !u.ForceQuery && u.Fragment == ""
}

// call is one request to the API, before it has a token.
type call struct {
	operation string
	method    string
	// path follows the version, each element escaped; the module is the first.
	path  string
	query string
	body  []byte
	// elements is how many elements the answer may have; it limits how much of it is read.
	elements int
	// in is the member of the answer that holds them, "" for data.
	in string
	// tags are those to remove.
	tags askedTags
	// changes is how many records it changes.
	changes int
}

// most returns how many bytes of the answer are read.
func (c call) most() int { return max(c.elements, 1) * maxElement }

// kind returns the same text for calls that would be refused for the same reason.
func (c call) kind() string {
	module, _, _ := strings.Cut(strings.TrimPrefix(c.path, "/"), "/")
	return c.operation + " " + module
}

// reader reads the elements of `data` in an answer. Each try has a new one.
type reader interface {
	element(s *scanner, a *said) error
}

// do makes a call, and makes it once more with a new token if Zoho refuses the token.
//
// If Zoho refuses the new token as well, something else is wrong, such as the host. That
// token is kept: minting another for every call would soon lock the account out.
func (c *Client) do(ctx context.Context, call call, anew func() reader) (answer, *Error) {
	for retried := false; ; retried = true {
		token, err := c.tokens.Token(ctx)
		if err != nil {
			return answer{}, withoutToken(call.operation, err)
		}
		a, failed := c.send(ctx, call, token, anew())
		switch {
		case failed != nil:
			return answer{}, failed
		case !a.tokenRefused():
			if a.status < 500 { // a proxy's error says nothing about the token
				c.refusals.accept(call.kind(), token)
			}
			return a, nil
		case retried:
			c.refusals.refused(call.kind())
			return a.refusedAgain(), nil
		case c.refusals.hopeless(call.kind(), token):
			return a.refusedAgain(), nil
		}
		c.failed(&Error{Code: codeText(a.said.code)})
		c.tokens.Refused(ctx, token)
	}
}

// send makes one request and reads its answer. The error says why there is no answer.
func (c *Client) send(ctx context.Context, call call, token zohoauth.Token, into reader) (answer, *Error) {
	request, err := c.request(ctx, call, token)
	if err != nil {
		e := refused(call.operation, err)
		e.noToken = true // or no usable one, or no known address to send it to
		return answer{}, e
	}
	c.meter.ZohoCall(call.changes)
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, noAnswer(call.operation, 0, err)
	}
	defer response.Body.Close()
	c.meterCredits(response.Header)
	a := answer{status: response.StatusCode, header: response.Header, host: request.URL.Host}
	body := &bounded{body: response.Body, left: call.most()}
	a.said.asked = call.tags
	s := newScanner(body, token)
	if err := a.said.read(s, cmp.Or(call.in, "data"), func() error { return into.element(s, &a.said) }); err != nil {
		a.unread = call.unread(a, body, err)
		_, _ = io.CopyN(io.Discard, body, drained)
	}
	return a, nil
}

func (c *Client) request(ctx context.Context, call call, token zohoauth.Token) (*http.Request, error) {
	base := c.apiURL
	if base == "" {
		base = strings.TrimRight(token.APIDomain, "/")
	}
	if base == "" {
		return nil, errors.New("the address of the API is not known: the token answer had no api_domain of Zoho's")
	}
	if !token.Usable() {
		return nil, errors.New("there is no usable access token")
	}
	address := base + "/crm/" + c.version + call.path
	if call.query != "" {
		address += "?" + call.query
	}
	var body io.Reader
	if call.body != nil {
		body = bytes.NewReader(call.body)
	}
	request, err := http.NewRequestWithContext(ctx, call.method, address, body)
	if err != nil {
		return nil, errors.New("the address of the API is malformed")
	}
	if call.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Accept", "application/json")
	(&oauth2.Token{AccessToken: token.AccessToken, TokenType: "Zoho-oauthtoken"}).SetAuthHeader(request)
	return request, nil
}

// noAnswer returns the error of a broken connection or a timeout. It keeps only what
// happened: net/http's own error has the URL, which contains the call's ids and tags.
func noAnswer(operation string, status int, err error) *Error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if strings.Contains(err.Error(), "malformed") { // net/http quotes what it got
		err = errors.New("the answer is not HTTP")
	}
	return &Error{Operation: operation, Status: status, Code: CodeNoAnswer, Err: err}
}
