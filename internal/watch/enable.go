package watch

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"untag/internal/event"
	"untag/internal/zoho"
)

// Enable subscribes a source to its notifications, or replaces its subscription. base is the
// address that senders call, with or without /webhooks and the source; secret is the source's
// stored secret. before is the address that was notified until now, without its query, or "".
func Enable(ctx context.Context, c *zoho.Client, s event.Source, base, secret string) (state State, before string, err error) {
	ch := Of(s)
	state = State{Source: s.Name, Channel: ch.ID}
	if ch.URL, ch.Token, err = proof(s, base, secret); err != nil {
		return state, "", err
	}
	list, err := zoho.Channels(ctx, c, ch.ID)
	if err != nil {
		return state, "", err
	}
	if len(list) > 0 {
		before = Shown(list[0].URL)
	}
	state.Ends, err = zoho.Subscribe(ctx, c, ch, len(list) > 0)
	state.Renewed = err == nil
	return state, before, err
}

// proof returns the address that Zoho notifies, and the token that it sends back: in the body
// if the source accepts that, otherwise in the query.
func proof(s event.Source, base, secret string) (address, token string, err error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && !(u.Scheme == "http" && local(u.Hostname())) {
		return "", "", errors.New("the address must begin with https:// and have no query, as in https://hooks.example.com")
	}
	address = strings.TrimRight(base, "/")
	switch {
	case strings.HasSuffix(address, "/webhooks/"+s.Name):
	case strings.HasSuffix(address, "/webhooks"):
		address += "/" + s.Name
	default:
		address += "/webhooks/" + s.Name
	}
	if n := utf8.RuneCountInString(secret); s.Accepts("zoho-notification") && n <= zoho.MaxChannelToken {
		token = secret
	} else if query := queryOf(s); query != "" {
		address += "?" + url.QueryEscape(query) + "=" + url.QueryEscape(secret)
	} else {
		return "", "", fmt.Errorf("its secret has %d characters, but the token of a notification may have at most %d: store a shorter one; `openssl rand -hex 24` makes one of 48", n, zoho.MaxChannelToken)
	}
	if n := utf8.RuneCountInString(address); n > zoho.MaxNotifyURL {
		return "", "", fmt.Errorf("its URL has %d characters, but Zoho accepts at most %d", n, zoho.MaxNotifyURL)
	}
	return address, token, nil
}

// local reports whether a host is this computer, where a test may run.
func local(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// queryOf returns the query parameter that carries the token of a source, "" if none does.
func queryOf(s event.Source) string {
	for _, v := range s.Verify {
		if v.Kind == "token" && v.Query != "" {
			return v.Query
		}
	}
	return ""
}

// Shown returns an address without its query, which may have a secret.
func Shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(not an address)"
	}
	return u.Scheme + "://" + u.Host + u.Path
}
