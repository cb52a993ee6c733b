package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// maxFetched is larger than any certificate with its chain, in bytes.
	maxFetched = 64 << 10
	// fetchTime bounds a fetch: senders wait only a few seconds for an answer.
	fetchTime = 1500 * time.Millisecond
)

// errNotThere is the error of a URL that has nothing, and will have nothing later.
var errNotThere = errors.New("there is nothing at this URL")

// fetch returns what is at a URL, which must have been checked, with a restricted client. Its
// errors quote nothing of the URL.
func fetch(ctx context.Context, client *http.Client, address string) ([]byte, error) {
	if client == nil {
		return nil, errors.New("this program has no HTTP client for it")
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errors.New("the URL cannot be read")
	}
	resp, err := client.Do(req)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // without the URL
		}
		return nil, err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusGone:
		return nil, errNotThere
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the answer has status %d", resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxFetched+1))
	switch {
	case err != nil:
		return nil, errors.New("the answer cannot be read to its end")
	case len(body) > maxFetched:
		return nil, errors.New("the answer is over 64 KiB")
	}
	return body, nil
}

// httpsURL reads a URL that a sender names, if it is https at the usual port, without user
// information and fragment, and of printable ASCII. The path of the result has no escapes.
func httpsURL(text string) (u *url.URL, ok bool) {
	const longest = 2048
	if len(text) > longest || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }) {
		return nil, false
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Opaque != "" || u.User != nil || strings.Contains(text, "#") || strings.Contains(u.EscapedPath(), "%") {
		return nil, false
	}
	host, hasPort := strings.CutSuffix(u.Host, ":443")
	if hasPort {
		u.Host = host
	}
	return u, u.Host != "" && !strings.ContainsAny(u.Host, ":@[]")
}

// plainName reports whether a part of a host or a path has only letters, digits and hyphens.
func plainName(text string) bool {
	for _, c := range []byte(text) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return text != ""
}
