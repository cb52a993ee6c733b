package handler

import (
	"errors"
	"net/url"
	"strings"
)

// url returns the URL of a request as the gateway received it, "" if it names no host, as a
// load balancer does. A host with a port is a local server.
func (e envelope) url(path, rawQuery string) string {
	host := e.context.text("domainName")
	if host == "" {
		return ""
	}
	scheme := "https"
	if strings.Contains(host, ":") && e.header().Get("X-Forwarded-Proto") != "https" {
		scheme = "http"
	}
	return withQuery(scheme+"://"+host+path, rawQuery)
}

// publicURL returns the URL of a source below the public base.
func publicURL(base, source, rawQuery string) string {
	return withQuery(strings.TrimRight(base, "/")+"/webhooks/"+url.PathEscape(source), rawQuery)
}

func withQuery(address, rawQuery string) string {
	if rawQuery == "" {
		return address
	}
	return address + "?" + rawQuery
}

// CheckPublicURL checks a PublicURL: the address that senders call, without the part that names the source.
func CheckPublicURL(value string) error {
	if value == "" {
		return nil
	}
	u, err := url.Parse(value)
	switch {
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "":
		return errors.New("not a URL; it looks like https://hooks.example.com or https://host/stage")
	case u.User != nil || strings.ContainsAny(value, "?#"):
		return errors.New("has a user, a query or a fragment; it is only scheme, host, port and stage, such as https://hooks.example.com/prod")
	case strings.Contains(u.Path+"/", "/webhooks/"):
		return errors.New("names /webhooks, which is added for each source; leave out that part, as in https://hooks.example.com")
	}
	return nil
}
