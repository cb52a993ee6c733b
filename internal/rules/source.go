package rules

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"untag/internal/crmname"
	"untag/internal/event"
)

// schemeKeys are the keys of a source that configure its schemes.
var schemeKeys = []string{"header", "query", "algorithm", "encoding", "prefix"}

var sourceKeys = slices.Concat([]string{"verify"}, schemeKeys, []string{"eventbridge"})

var (
	algorithms = []string{"sha1", "sha256", "sha512"}
	encodings  = []string{"hex", "base64"}
)

// sourceReader reads one source and the keys of its ways to verify.
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
			f.wrong(at(r.keys["eventbridge"]), "add `aws` to `verify`", "`eventbridge` needs `aws`, which %s does not accept: AWS itself delivers these events", r.what)
		}
	}
	return r.source
}

func (r *sourceReader) readVerify() {
	const anyone = ": without it, anyone could send events"
	if n, ok := r.values["verify"]; ok && !r.namesSomething(n) {
		r.f.wrong(at(n), "write one of "+list(schemeKinds)+", or several"+anyone, "`verify` of %s is empty", r.what)
		return
	}
	n := r.required("verify", "write one of "+list(schemeKinds)+", or several"+anyone)
	if n == nil {
		return
	}
	seen := make(map[string]bool)
	for _, item := range r.f.strings(n, "`verify` of "+r.what) {
		kind := resolve(item).Value
		switch {
		case !slices.Contains(schemeKinds, kind):
			r.f.wrong(at(item), schemeHint(kind), "`%s` is not a way to verify", kind)
		case seen[kind]:
			r.f.wrong(at(item), "keep one of them", "`%s` is listed twice", kind)
		default:
			seen[kind] = true
			r.source.Verify = append(r.source.Verify, event.Scheme{Kind: kind})
		}
	}
	if seen["token"] && seen["hmac"] {
		r.f.wrong(at(n), "declare two sources, one for each", "a source cannot list both `token` and `hmac`, as `header` and `prefix` could belong to either")
		return
	}
	for i := range r.source.Verify {
		r.complete(&r.source.Verify[i])
	}
	r.strays(seen)
}

// namesSomething reports whether a value is not null, an empty string or an empty list.
func (r *sourceReader) namesSomething(n *yaml.Node) bool {
	n = resolve(n)
	if ownTag(n) {
		return true // already reported
	}
	return n.Tag != "!!null" && (strings.TrimSpace(n.Value) != "" || len(n.Content) > 0)
}

// complete fills in the settings of a scheme, from the source's keys or by default.
func (r *sourceReader) complete(s *event.Scheme) {
	switch s.Kind {
	case "token":
		r.completeToken(s)
	case "hmac":
		s.Header, s.Prefix = r.plain("header"), r.plain("prefix")
		if s.Header == "" && r.keys["header"] == nil {
			r.f.wrong(at(r.node), "name the header that carries the signature", "%s verifies with `hmac` but has no `header`", r.what)
		}
		r.headerName(s.Header)
		s.Algorithm = r.choice("algorithm", "sha256", algorithms)
		s.Encoding = r.choice("encoding", "hex", encodings)
	}
}

// completeToken fills in whether the token comes in a header, in the query, or in either.
func (r *sourceReader) completeToken(s *event.Scheme) {
	s.Header, s.Query, s.Prefix = r.plain("header"), r.plain("query"), r.plain("prefix")
	if s.Header == "" && r.keys["header"] == nil && s.Query == "" {
		s.Header = "X-Webhook-Token"
	}
	r.headerName(s.Header)
	switch {
	case s.Prefix == "":
	case s.Header == "":
		r.f.wrong(at(r.keys["prefix"]), "add `header`, or remove `prefix`", "`prefix` is the text before a token in a header, but the token of %s comes in the query", r.what)
	case schemeWord(s.Header, s.Prefix):
		r.f.wrong(at(r.values["prefix"]), "put it in quotation marks, as in prefix: \"Bearer \", as otherwise YAML drops a space at the end",
			"`prefix` of %s lacks the space that follows it in the header", r.what)
	}
}

// schemeWord reports whether a prefix is the word that HTTP puts before a credential, but
// without the space after it.
func schemeWord(header, prefix string) bool {
	known := func(word string) bool { return strings.EqualFold(prefix, word) }
	return slices.ContainsFunc([]string{"Bearer", "Token", "Basic", "ApiKey"}, known) ||
		strings.EqualFold(header, "Authorization") && crmname.IsName(prefix, "", "-_")
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
			hint = "use one of " + list(values)
		}
		r.f.wrong(at(r.values[name]), hint, "`%s` is not a valid `%s`", value, name)
	}
	return value
}

func (r *sourceReader) headerName(name string) {
	for _, c := range name {
		if c <= ' ' || c >= 0x7f || c == ':' {
			name, value, _ := strings.Cut(name, ":")
			hint := "write only the name, without a colon and a value"
			if value = strings.TrimSpace(value); value != "" {
				hint += "; if the value is a secret, " + secretHint
			}
			r.f.wrong(at(r.values["header"]), hint, "%q is not the name of a header", name)
			r.f.list[len(r.f.list)-1].Masked = value != ""
			return
		}
	}
}

// strays reports keys that no listed way to verify reads: they would look like protection
// without being any.
func (r *sourceReader) strays(seen map[string]bool) {
	for _, name := range schemeKeys {
		key := r.keys[name]
		if key == nil || slices.ContainsFunc(schemeKinds, func(kind string) bool { return seen[kind] && slices.Contains(keysOf(kind), name) }) {
			continue
		}
		r.f.wrong(at(key), strayHint(name, seen), "`%s` has no effect: no way to verify that %s lists uses it", name, r.what)
	}
}
