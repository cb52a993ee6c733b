package zoho

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"untag/internal/zohoauth"
)

// maxGrant is how many bytes of an answer of the accounts server are read.
const maxGrant = 64 << 10

// grant is the answer of the accounts server: a token, or why there is none.
type grant struct {
	status int
	header http.Header

	token, domain string
	// expires is the life of the token in seconds, or in milliseconds if expiresSec is
	// present. Either may be in quotes.
	expires, expiresSec string

	code, description string

	// refresh and scope come with a grant code, location with a client of another data center.
	refresh, scope, location string
}

// ask makes the request for a token. The oauth2 library makes it; the answer is read here, as
// Zoho's errors come with any status, and in more shapes than the library knows.
func (m *Minter) ask(ctx context.Context, accounts string, c zohoauth.Credentials) (grant, *Error) {
	config := oauth2.Config{
		ClientID: c.ClientID, ClientSecret: c.ClientSecret,
		Endpoint: oauth2.Endpoint{TokenURL: accounts + "/oauth/v2/token", AuthStyle: oauth2.AuthStyleInParams},
	}
	answers := &grantReader{next: m.http.Transport}
	client := *m.http
	client.Transport = answers
	ctx = context.WithValue(ctx, oauth2.HTTPClient, &client)
	_, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: c.RefreshToken}).Token()
	switch {
	case answers.broke != nil:
		return grant{}, noAnswer(mint, answers.grant.status, answers.broke)
	case answers.grant.status == 0:
		return grant{}, noAnswer(mint, 0, err)
	}
	return answers.grant, nil
}

// grantReader is a transport that reads the answer to one request for a token.
type grantReader struct {
	next http.RoundTripper

	grant grant
	broke error
}

// RoundTrip reads the answer, and passes on no more of it than its status: its text may
// repeat what was sent, and an error of the library would quote it.
func (r *grantReader) RoundTrip(request *http.Request) (*http.Response, error) {
	next := r.next
	if next == nil {
		next = http.DefaultTransport
	}
	response, err := next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	r.grant, r.broke = readGrant(response)
	response.Body = http.NoBody
	return response, nil
}

// readGrant reads an answer. Its error is that of a connection that broke.
func readGrant(response *http.Response) (grant, error) {
	g := grant{status: response.StatusCode, header: response.Header}
	body := &bounded{body: response.Body, left: maxGrant}
	s := newScanner(body, zohoauth.Token{})
	if err := s.whole(func(name []byte) error { return g.member(s, name) }); err != nil {
		if body.broke != nil && !errors.Is(body.broke, errTooLarge) {
			return g, body.broke
		}
		_, _ = io.CopyN(io.Discard, body, drained)
		// An HTML page, or half an answer.
		g = grant{status: g.status, header: g.header}
	}
	return g, nil
}

func (g *grant) member(s *scanner, name []byte) (err error) {
	switch string(name) {
	case "access_token":
		return s.string(&g.token)
	case "api_domain":
		return s.string(&g.domain)
	case "refresh_token":
		return s.string(&g.refresh)
	case "scope":
		return s.string(&g.scope)
	case "location":
		return s.string(&g.location)
	case "expires_in":
		g.expires, err = s.text()
	case "expires_in_sec":
		g.expiresSec, err = s.text()
	case "error":
		g.code, err = s.text()
	case "error_description":
		g.description, err = s.text()
	default:
		return s.skip()
	}
	return err
}

// lifetime returns how long the token lives. If `expires_in_sec` is present, it is in
// seconds and `expires_in` is in milliseconds. Zoho documents an hour, so a longer or
// missing time counts as an hour.
func (g grant) lifetime() time.Duration {
	life := seconds(g.expiresSec)
	if n, err := strconv.ParseFloat(g.expires, 64); life == 0 && err == nil {
		if n > 86400 {
			n /= 1000
		}
		life = time.Duration(min(n, 86400) * float64(time.Second))
	}
	if life <= 0 || life > time.Hour {
		life = time.Hour
	}
	return life
}

// failure returns why the answer has no token, nil if it has one. It names only the code, as
// other texts of the answer may repeat what was sent.
func (g grant) failure() *Error {
	e := &Error{Operation: mint, Status: g.status, retryAfter: retryAfterHeader(g.header)}
	code := g.oauthCode()
	ok := g.status >= 200 && g.status < 300
	switch {
	case g.throttled(code):
		e.Code = CodeThrottled
		e.Message = "too many access tokens were requested; Zoho issues ten in ten minutes"
		e.retryAfter = max(e.retryAfter, backOffThrottled)
	case code == "invalid_client", code == "invalid_client_secret":
		e.Code, e.Message = "invalid_client", "the client id or client secret is wrong, or belongs to another data center"
	case code == "invalid_code":
		e.Code, e.Message = code, "the refresh token is wrong, revoked, or belongs to another data center"
	case code != "":
		e.Code = code
	case g.code != "" || !ok:
		e.Code, e.Message = unreadableCode(g.status), "the accounts server refused without a code"
	case !(zohoauth.Token{AccessToken: g.token}).Usable():
		e.Code, e.Message = CodeUnreadable, "the accounts server sent no access token"
	default:
		return nil
	}
	return e
}

// oauthCode returns the code of an error in the usual spelling, "" if it is a text that could
// repeat what was sent. A number is a code too.
func (g grant) oauthCode() string {
	code := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(g.code))
	if _, known := retryable(code); known {
		return code
	}
	if n, err := strconv.ParseUint(g.code, 10, 16); err == nil {
		return strconv.FormatUint(n, 10)
	}
	for _, r := range code {
		if (r < 'a' || r > 'z') && r != '_' {
			return ""
		}
	}
	if len(code) > 40 || strings.Contains(g.code, " ") {
		return ""
	}
	return code
}

// throttled reports whether too many tokens were asked for: 429, or "Access Denied" as the
// code or the description with any status. Zoho sometimes translates that text, still with 400
// or 200, so a sentence instead of a code counts as throttling: all other errors are codes.
// An HTML page does not count.
func (g grant) throttled(code string) bool {
	for _, text := range []string{g.code, g.description} {
		text = strings.ToLower(strings.ReplaceAll(text, "_", " "))
		if strings.Contains(text, "access denied") || strings.Contains(text, "too many requests") {
			return true
		}
	}
	switch g.status {
	case http.StatusTooManyRequests:
		return true
	case http.StatusOK, http.StatusBadRequest:
		return code == "" && g.code != "" && !strings.ContainsAny(g.code, "<>{}")
	}
	return false
}
