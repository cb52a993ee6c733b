package handler

import (
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
