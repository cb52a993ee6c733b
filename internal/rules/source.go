package rules

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"untag/internal/event"
)

// schemeKeys are the keys of a source that say how a scheme works.
var schemeKeys = []string{"header", "query", "algorithm", "encoding", "prefix"}

var sourceKeys = slices.Concat([]string{"verify"}, schemeKeys, []string{"eventbridge"})

var (
	algorithms = []string{"sha1", "sha256", "sha512"}
	encodings  = []string{"hex", "base64"}
)

var schemeKinds = []string{"token", "github", "hmac", "aws"}

// sourceReader reads one source and the keys that belong to its ways to verify.
type sourceReader struct {
	*mapping
	source event.Source
	node   *yaml.Node
}

func (f *faults) readSource(name string, key, node *yaml.Node) event.Source {
	r := &sourceReader{source: event.Source{Name: name}, node: key}
	r.mapping = f.readMapping(node, "source `"+name+"`", sourceKeys)
	if r.mapping == nil {
		return r.source
	}
	r.readVerify()
	if n := r.optional("eventbridge"); n != nil {
		r.source.EventBridge, _ = r.text("eventbridge", n)
		if !r.source.Accepts("aws") && len(r.source.Verify) > 0 {
			f.wrong(at(r.keys["eventbridge"]), "add aws to `verify`", "an EventBridge event comes through IAM, which %s does not accept", r.what)
		}
	}
	return r.source
}

func (r *sourceReader) readVerify() {
	n := r.required("verify", "one of "+list(schemeKinds)+", or several: without it, anyone could send events")
	if n == nil {
		return
	}
	seen := make(map[string]bool)
	for _, item := range r.f.strings(n, "`verify` of "+r.what) {
		kind := resolve(item).Value
		switch {
		case !slices.Contains(schemeKinds, kind):
			hint := didYouMean(kind, schemeKinds)
			if hint == "" {
				hint = "it is one of " + list(schemeKinds)
			}
			r.f.wrong(at(item), hint, "`%s` is no way to verify", kind)
		case seen[kind]:
			r.f.wrong(at(item), "keep one of them", "`%s` is listed twice", kind)
		default:
			seen[kind] = true
			r.source.Verify = append(r.source.Verify, event.Scheme{Kind: kind})
		}
	}
	if seen["token"] && seen["hmac"] {
		r.f.wrong(at(n), "declare two sources", "a source lists `token` or `hmac`, not both, as `header` could belong to either")
		return
	}
	for i := range r.source.Verify {
		r.complete(&r.source.Verify[i])
	}
	r.strays(seen)
}

// complete fills in what a scheme needs, from the source's keys or by default.
func (r *sourceReader) complete(s *event.Scheme) {
	switch s.Kind {
	case "token":
		s.Header, s.Query = r.plain("header"), r.plain("query")
		if s.Header != "" && s.Query != "" {
			r.f.wrong(at(r.keys["query"]), "keep one of them", "the token comes in a `header` or in the `query`, not in both")
		}
		if s.Header == "" && s.Query == "" {
			s.Header = "X-Webhook-Token"
		}
		r.headerName(s.Header)
	case "hmac":
		s.Header, s.Prefix = r.plain("header"), r.plain("prefix")
		if s.Header == "" && r.keys["header"] == nil {
			r.f.wrong(at(r.node), "name the header that carries the signature", "%s verifies with `hmac` and has no `header`", r.what)
		}
		r.headerName(s.Header)
		s.Algorithm = r.choice("algorithm", "sha256", algorithms)
		s.Encoding = r.choice("encoding", "hex", encodings)
	}
}

func (r *sourceReader) plain(name string) string {
	n := r.optional(name)
	if n == nil {
		return ""
	}
	value, _ := r.text(name, n)
	return value
}

func (r *sourceReader) choice(name, standard string, values []string) string {
	value := r.plain(name)
	if value == "" {
		return standard
	}
	if !slices.Contains(values, value) {
		hint := didYouMean(value, values)
		if hint == "" {
			hint = "it is one of " + list(values)
		}
		r.f.wrong(at(r.values[name]), hint, "`%s` is no %s", value, name)
	}
	return value
}

func (r *sourceReader) headerName(name string) {
	for _, c := range name {
		if c <= ' ' || c >= 0x7f || c == ':' {
			r.f.wrong(at(r.values["header"]), "", "%q is no name of a header", name)
			return
		}
	}
}

// strays are keys that no listed way to verify reads: they would look like protection
// and be none.
func (r *sourceReader) strays(seen map[string]bool) {
	for _, name := range schemeKeys {
		key := r.keys[name]
		if key == nil || seen["hmac"] && name != "query" || seen["token"] && (name == "header" || name == "query") {
			continue
		}
		r.f.wrong(at(key), "", "`%s` has no meaning for the ways to verify that %s lists", name, r.what)
	}
}
