package explain

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"untag/functions/removetags/handler"
	"untag/internal/rules"
	"untag/internal/userfile"
	"untag/internal/webhook"
)

// Raw is a webhook as its sender sends it: the body in a file, and what goes with it.
type Raw struct {
	// Source is the name of the source that it is sent to.
	Source string
	// Body is the file with the body, "-" for standard input, or "" for no body.
	Body string
	// Headers are lines of the form "Name: value".
	Headers []string
	// Query is the query as in a URL, without the question mark.
	Query string
	// Method is the HTTP method. If it is "", it is POST, or GET for a request without a body
	// to a source that answers handshakes.
	Method string
}

// methods are those of requests that are not refused for their method.
var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete}

// Recorded returns the request. Its content type is the one that the file's name suggests,
// unless there is a header.
func (r Raw) Recorded(set *rules.Rules, stdin io.Reader) ([]handler.Recorded, error) {
	source, known := set.Source(r.Source)
	if !known {
		return nil, fmt.Errorf("--source: there is no source %q in the rules%s", r.Source, instead(set))
	}
	header, err := Headers(r.Headers)
	if err != nil {
		return nil, err
	}
	query := strings.TrimPrefix(r.Query, "?")
	if _, err := url.ParseQuery(query); err != nil {
		return nil, fmt.Errorf("--query %s: write it as in a URL, such as 'id=1&stage=Closed%%20Won'", r.Query)
	}
	method := cmp.Or(strings.ToUpper(r.Method), http.MethodPost)
	if r.Method == "" && r.Body == "" && len(source.Handshakes) > 0 {
		method = http.MethodGet
	}
	if !slices.Contains(methods, method) {
		return nil, fmt.Errorf("--method %s: write one of %s", r.Method, strings.Join(methods, ", "))
	}
	request := &webhook.Request{Source: r.Source, Method: method, Header: header, RawQuery: query}
	if r.Body != "" {
		body, err := userfile.ReadOrStdin(stdin, "body", "name another with --body", r.Body)
		if err != nil {
			return nil, err
		}
		request.Size, request.Body = len(body), webhook.Bytes(body)
		if kind := ContentType(r.Body); kind != "" && header.Get("Content-Type") == "" {
			header.Set("Content-Type", kind)
		}
	}
	return []handler.Recorded{{Request: request}}, nil
}

// instead names the sources that there are.
func instead(set *rules.Rules) string {
	var names []string
	for _, s := range set.Sources() {
		names = append(names, s.Name)
	}
	if len(names) == 0 {
		return ""
	}
	return ", which has " + strings.Join(names, ", ")
}

// Headers reads lines of the form "Name: value".
func Headers(lines []string) (http.Header, error) {
	header := make(http.Header)
	for _, line := range lines {
		name, value, found := strings.Cut(line, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		// The value may be a secret, so it is not shown.
		switch {
		case !found:
			return nil, errors.New("--header: write it as 'Name: value', such as 'X-GitHub-Event: issues'")
		case name == "" || strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c >= 0x7f }):
			return nil, fmt.Errorf("--header: %q is not the name of a header", name)
		case strings.ContainsAny(value, "\r\n\x00"):
			return nil, fmt.Errorf("--header %s: the value has a line break or another character that a header cannot have", name)
		}
		header.Add(name, value)
	}
	return header, nil
}

// ContentType returns the content type that a file's name suggests, "" if it suggests none.
func ContentType(file string) string {
	switch strings.ToLower(filepath.Ext(file)) {
	case ".json":
		return "application/json"
	case ".xml":
		return "application/xml"
	case ".form", ".urlencoded":
		return "application/x-www-form-urlencoded"
	}
	return ""
}
