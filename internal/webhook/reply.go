package webhook

import (
	"encoding/json"
	"strings"
)

// MaxReply is the largest answer to a handshake, in bytes.
const MaxReply = 1 << 10

const plainText = "text/plain; charset=utf-8"

// Reply is the answer to a handshake. Its headers keep browsers from showing it as a page.
type Reply struct {
	Status int
	Header map[string]string // the names are in lower case
	Body   string
	// Proven says that the sender has proven itself, by a signature or its verify_token.
	Proven bool
	// Note is what the answer confirms, for the log; it may be "".
	Note string
	// Show is a secret that the sender brings, for the operator to store; "" if there is none.
	Show string
}

func newReply(source string, proven bool, status int, kind, body string, echoed map[string]string) (*Reply, error) {
	if len(body) > MaxReply {
		return nil, &Error{Kind: Malformed, Source: source, Reason: "the challenge is over 1 KiB"}
	}
	if status == 0 {
		status = 200
	}
	r := &Reply{Status: status, Body: body, Proven: proven, Header: map[string]string{"x-content-type-options": "nosniff"}}
	if body != "" {
		r.Header["content-type"] = kind
	}
	size := len(body)
	for name, value := range echoed {
		if !isEchoed(value) {
			return nil, &Error{Kind: Malformed, Source: source, Reason: "the challenge has characters that a header cannot hold"}
		}
		if size += len(value); size > MaxReply {
			return nil, &Error{Kind: Malformed, Source: source, Reason: "the challenge is over 1 KiB"}
		}
		r.Header[strings.ToLower(name)] = value
	}
	return r, nil
}

// echoed returns the headers of a request that the answer to it repeats.
func echoed(from source, req Request) (map[string]string, error) {
	name := from.Answer.Echo
	if name == "" {
		return nil, nil
	}
	value := req.Header.Get(name)
	if value == "" {
		return nil, nil
	}
	if len(value) > MaxReply || !isEchoed(value) {
		return nil, &Error{Kind: Malformed, Source: from.Name, Reason: "header " + name + " is over 1 KiB, or cannot be repeated"}
	}
	return map[string]string{strings.ToLower(name): value}, nil
}

// isEchoed reports whether a header of an answer can hold a value.
func isEchoed(value string) bool {
	return !strings.ContainsFunc(value, func(c rune) bool { return c < ' ' || c > '~' })
}

// jsonReply returns the values of a JSON answer as JSON, without characters of HTML.
func jsonReply(values map[string]string) string {
	text, err := json.Marshal(values)
	if err != nil {
		return "{}" // texts are always encoded
	}
	return string(text)
}
