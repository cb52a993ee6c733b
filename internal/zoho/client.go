package zoho

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxAnswer bounds what is read of an answer, in bytes. 100 records with all their
// fields stay far below.
const maxAnswer = 16 << 20

// tokens gives access tokens. Refused says that Zoho did not take one.
type tokens interface {
	Token(ctx context.Context) (Token, error)
	Refused(ctx context.Context, t Token)
}

// Config is what New needs.
type Config struct {
	// APIURL replaces the API's address, for a sandbox; normally it is empty and the
	// token says where the API is.
	APIURL string
	// Version is the API version, "v2" when empty.
	Version string
	// HTTP makes the requests; a client with a time-out of 30 s when nil. Redirects
	// are never followed, as the token would go along.
	HTTP *http.Client
	// Tokens gives the access tokens, such as NewTokens does. It has to be there.
	Tokens tokens
}

// Client calls the CRM API. It is safe for concurrent use.
type Client struct {
	apiURL  string
	version string
	http    *http.Client
	tokens  tokens
}

// New returns a Client. Its errors are faults of the Config.
func New(c Config) (*Client, error) {
	if c.Version == "" {
		c.Version = "v2"
	}
	if err := CheckVersion(c.Version); err != nil {
		return nil, fmt.Errorf("zoho: %w", err)
	}
	if c.Tokens == nil {
		return nil, errors.New("zoho: nothing gives access tokens")
	}
	if c.APIURL != "" && !isBase(c.APIURL) {
		return nil, errors.New("zoho: the API's address is no URL of the kind https://host/path")
	}
	return &Client{
		apiURL: strings.TrimRight(c.APIURL, "/"), version: c.Version,
		http: withoutRedirects(c.HTTP), tokens: c.Tokens,
	}, nil
}

// CheckVersion reports whether an API version can be spoken: v2, v2.1, v3 to v8.
func CheckVersion(version string) error {
	versions := []string{"v2", "v2.1", "v3", "v4", "v5", "v6", "v7", "v8"}
	if !slices.Contains(versions, version) {
		return fmt.Errorf("%q is no version of the API that untag speaks; use one of %s", version, strings.Join(versions, ", "))
	}
	return nil
}

// isBase reports whether paths can be put after an address.
func isBase(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" &&
		u.User == nil && u.RawQuery == "" && !u.ForceQuery && u.Fragment == ""
}

// call is one request to the API, before it has a token.
type call struct {
	operation string
	method    string
	// path stands after the version, each element escaped.
	path  string
	query string
	body  []byte
}

// answer is what came back, read whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// do makes a call; where Zoho does not take the token, once more with a new one. A
// second refusal is not held against the new token: minting another for every call
// would soon lock the account out.
func (c *Client) do(ctx context.Context, call call) (answer, *Error) {
	for retried := false; ; retried = true {
		token, err := c.tokens.Token(ctx)
		if err != nil {
			return answer{}, withoutToken(call.operation, err)
		}
		a, failed := c.send(ctx, call, token)
		if failed != nil {
			return answer{}, failed
		}
		if retried || !staleToken(a.status, flatCode(a.body)) {
			return a, nil
		}
		c.tokens.Refused(ctx, token)
	}
}

func (c *Client) send(ctx context.Context, call call, token Token) (answer, *Error) {
	request, err := c.request(ctx, call, token)
	if err != nil {
		return answer{}, refused(call.operation, err)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, noAnswer(call.operation, 0, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return answer{}, noAnswer(call.operation, response.StatusCode, err)
	}
	if len(body) > maxAnswer {
		return answer{}, &Error{Operation: call.operation, Status: response.StatusCode, Code: CodeUnreadable, Message: "the answer is over 16 MiB"}
	}
	return answer{status: response.StatusCode, header: response.Header, body: token.hidden(body)}, nil
}

func (c *Client) request(ctx context.Context, call call, token Token) (*http.Request, error) {
	base := c.apiURL
	if base == "" {
		base = strings.TrimRight(token.APIDomain, "/")
	}
	if base == "" {
		return nil, errors.New("the address of the API is not known: the token answer had no api_domain of Zoho's")
	}
	if !token.usable() {
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
	token.oauth2().SetAuthHeader(request)
	return request, nil
}

// noAnswer is a connection that broke or a time that ran out. The error of net/http
// has the URL, and that the ids and tags of the call: only what happened is kept.
func noAnswer(operation string, status int, err error) *Error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if strings.Contains(err.Error(), "malformed") { // net/http quotes what it got
		err = errors.New("what came back is no HTTP")
	}
	return &Error{Operation: operation, Status: status, Code: CodeNoAnswer, Err: err}
}
