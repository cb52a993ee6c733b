package main

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"untag/internal/sender"
	"untag/internal/webhook"
)

// change is a request with one byte changed that is signed.
type change struct {
	what    string
	request webhook.Outgoing
}

// changes returns a request with one byte changed, in each place that is signed or holds the
// signature.
func (s shape) changes(signed webhook.Outgoing, r *rand.Rand, byPackage bool) (all []change) {
	add := func(what string, edit func(*webhook.Outgoing)) {
		next := signed
		next.Header = signed.Header.Clone()
		edit(&next)
		all = append(all, change{what, next})
	}
	if s.verify.Covers != sender.CoversSender && s.members == nil && !(byPackage && s.oracle.OnlyHeaders) {
		if len(signed.Body) > 0 {
			add("body", func(out *webhook.Outgoing) { out.Body = flipped(out.Body, r, 0, len(out.Body)) })
		}
		add("end of the body", func(out *webhook.Outgoing) { out.Body = append(slices.Clone(out.Body), 'x') })
	}
	for _, name := range s.members {
		if at := memberIn(signed.Body, name, r); at != nil {
			if byPackage && s.looseEnd(name) {
				at[1]--
			}
			add("member "+name, func(out *webhook.Outgoing) { out.Body = flipped(out.Body, r, at[0], at[1]) })
		}
	}
	for _, name := range s.signedHeaders(signed.Header) {
		value := signed.Header.Get(name)
		start, end := 0, len(value)
		if byPackage && strings.HasSuffix(value, "=") {
			end -= 3 // as for looseEnd
		}
		if byPackage && s.oracle.ByPosition {
			start = strings.LastIndexByte(value, '=') + 1
		}
		add("header "+name, func(out *webhook.Outgoing) { out.Header.Set(name, string(flipped([]byte(value), r, start, end))) })
	}
	if s.verify.Signed.Has("url") || s.verify.JWT != nil && s.verify.JWT.URL != nil {
		add("URL", func(out *webhook.Outgoing) { out.URL = string(flipped([]byte(out.URL), r, 0, len(out.URL))) })
		add("query", func(out *webhook.Outgoing) { out.URL += "&x=1" })
	}
	if s.verify.Signed.Has("method") {
		add("method", func(out *webhook.Outgoing) { out.Method = http.MethodPut })
	}
	return all
}

// looseEnd reports whether a member holds the signature in base64: some packages ignore the
// bits of its last character that belong to no byte.
func (s shape) looseEnd(member string) bool {
	path := s.verify.Signature.JSON
	return path != nil && path[len(path)-1].Member == member && s.verify.HMAC != nil && s.verify.HMAC.Encoding == "base64" || member == "Signature"
}

// signedHeaders returns those headers of a request that are signed or hold the signature.
func (s shape) signedHeaders(header http.Header) (names []string) {
	places := []sender.Place{s.verify.Signature, s.verify.Timestamp.Place}
	for _, part := range s.verify.Signed {
		places = append(places, part.Place)
	}
	all := s.headers
	for _, place := range places {
		all = append(all, place.Headers...)
	}
	for _, name := range all {
		name = http.CanonicalHeaderKey(strings.ReplaceAll(name, "{n}", "1"))
		if header.Get(name) != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// flipped returns text with one bit changed between two positions.
func flipped(text []byte, r *rand.Rand, start, end int) []byte {
	changed := bytes.Clone(text)
	changed[start+r.IntN(end-start)] ^= 1
	return changed
}

// memberIn returns where the value of a member of JSON is, of one if there are several; nil if
// there is none. The JSON may be in a form.
func memberIn(body []byte, name string, r *rand.Rand) []int {
	pattern := regexp.MustCompile(`(?:"|%22)` + name + `(?:"|%22)(?::|%3A)(?:"|%22)?([A-Za-z0-9+/_.-]+)`)
	found := pattern.FindAllSubmatchIndex(body, -1)
	if len(found) == 0 {
		return nil
	}
	one := found[r.IntN(len(found))]
	return one[2:4]
}
