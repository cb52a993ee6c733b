package rules

import (
	"cmp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"untag/internal/crmname"
	"untag/internal/event"
)

// schemeKeys are the keys of a source that configure its schemes.
var schemeKeys = []string{"header", "query", "algorithm", "encoding", "prefix"}

var sourceKeys = slices.Concat([]string{"verify"}, schemeKeys, []string{"id", "events", "handshake", "reply", "answer", "url", "eventbridge", "watch"})

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
	r.source.ID = f.readID(r.mapping)
	r.readVerify()
	r.readAnswers()
	if n := r.optional("eventbridge"); n != nil {
		r.source.EventBridge, _ = r.text("eventbridge", n)
		if !r.source.Accepts("aws") && len(r.source.Verify) > 0 {
			f.wrong(at(r.keys["eventbridge"]), "add `aws` to `verify`", "`eventbridge` needs `aws`, which %s does not accept: AWS itself delivers these events", r.what)
		}
	}
	r.source.Watch = r.readWatch()
	return r.source
}

func (r *sourceReader) readVerify() {
	const anyone = "; without it, anyone could send events"
	if n, ok := r.values["verify"]; ok && !r.namesSomething(n) {
		r.f.wrong(at(n), waysToVerify()+anyone, "`verify` of %s is empty", r.what)
		return
	}
	n := r.required("verify", waysToVerify()+anyone)
	if n == nil {
		return
	}
	seen := make(map[string]bool)
	for _, item := range r.ways(n) {
		kind := r.readWay(item)
		if kind != "" && seen[kind] {
			r.f.wrong(at(item), "keep one of them, or declare a source for each", "`%s` is listed twice", kind)
			r.source.Verify = r.source.Verify[:len(r.source.Verify)-1]
		}
		seen[kind] = true
	}
	if named := r.named(); named["token"] && named["hmac"] {
		r.f.wrong(at(n), "declare two sources, one for each", "a source cannot list both `token` and `hmac`, as `header` and `prefix` could belong to either")
		return
	}
	r.checkTokens(n)
	for i := range r.source.Verify {
		r.complete(&r.source.Verify[i])
	}
	r.strays(seen)
}

// named are the ways to verify that are only named, so that keys of the source configure them.
func (r *sourceReader) named() map[string]bool {
	kinds := make(map[string]bool)
	for _, s := range r.source.Verify {
		kinds[s.Kind] = kinds[s.Kind] || s.Verify == nil
	}
	return kinds
}

// ways returns the nodes of the ways to verify: one, or the items of a list.
func (r *sourceReader) ways(n *yaml.Node) []*yaml.Node {
	switch value := resolve(n); {
	case value.Kind == yaml.MappingNode:
		return []*yaml.Node{n}
	case value.Kind == yaml.SequenceNode && slices.ContainsFunc(value.Content, func(item *yaml.Node) bool { return resolve(item).Kind == yaml.MappingNode }):
		return value.Content
	}
	return r.f.strings(n, "`verify` of "+r.what)
}

// readWay adds a way to verify to the source: the name of one, a sender with another
// tolerance, or a description of how a sender signs. It returns the kind, "" if it has a fault.
func (r *sourceReader) readWay(n *yaml.Node) (kind string) {
	value := resolve(n)
	if value.Kind == yaml.MappingNode {
		if has(value, "as") {
			return r.readAs(n)
		}
		if v := r.f.readSigned(n, r.what, r.source.ID); v != nil {
			kind := kindOf(v)
			r.source.Verify = append(r.source.Verify, event.Scheme{Kind: kind, Verify: v})
			return kind
		}
		return ""
	}
	if value.Kind != yaml.ScalarNode {
		r.f.wrong(at(n), "write one of "+list(schemeKinds)+", or the name of a sender", "every item of `verify` of %s must be a way to verify, found %s", r.what, kindName(value))
		return ""
	}
	kind = value.Value
	if s, found := LoadSender(kind); found {
		r.addSender(s)
		return kind
	}
	if !slices.Contains(schemeKinds, kind) {
		r.f.wrong(at(n), schemeHint(kind), "`%s` is not a way to verify", kind)
		return ""
	}
	r.source.Verify = append(r.source.Verify, event.Scheme{Kind: kind})
	return kind
}

// readAs reads a sender with another tolerance.
func (r *sourceReader) readAs(n *yaml.Node) (kind string) {
	m := r.f.readMapping(n, "`verify` of "+r.what, asKeys)
	if m == nil {
		return ""
	}
	kind = m.plain("as")
	if kind == "" {
		return ""
	}
	s, found := LoadSender(kind)
	if !found {
		r.f.wrong(at(m.values["as"]), senderHint(kind), "`%s` is not a sender that untag knows", kind)
		return ""
	}
	m.narrow(s)
	if v := s.Source.Verify[0].Verify; v.JWT == nil {
		if m.keys["tolerance"] != nil && v.Timestamp.IsZero() {
			r.f.wrong(at(m.keys["tolerance"]), "remove it", "%s does not send the time of signing, so there is nothing to tolerate", s.Title)
		}
		v.Timestamp.Tolerance = m.tolerance(v.Timestamp.Tolerance)
	}
	r.addSender(s)
	return kind
}

// addSender adds a sender's way to verify. The source's own `id` counts more than the sender's. Of
// several senders, the one that must be told least decides what all of them are told.
func (r *sourceReader) addSender(s Sender) {
	if r.source.ID.IsZero() {
		r.source.ID = s.Source.ID
	}
	r.source.Handshakes = append(r.source.Handshakes, s.Source.Handshakes...)
	r.source.Events, r.source.Reply = s.Source.Events, s.Source.Reply
	r.source.Answer.Queued = cmp.Or(s.Source.Answer.Queued, r.source.Answer.Queued)
	r.source.Answer.Brief = r.source.Answer.Brief || s.Source.Answer.Brief
	r.source.Answer.Empty = r.source.Answer.Empty || s.Source.Answer.Empty
	r.source.Answer.Echo = cmp.Or(s.Source.Answer.Echo, r.source.Answer.Echo)
	r.source.Verify = append(r.source.Verify, s.Source.Verify...)
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
		if s.Verify != nil {
			return
		}
		s.Header, s.Prefix = r.plain("header"), r.plain("prefix")
		if s.Header == "" && r.keys["header"] == nil {
			r.f.wrong(at(r.node), "name the header that carries the signature", "%s verifies with `hmac` but has no `header`", r.what)
		}
		r.headerName(r.values["header"], s.Header)
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
	r.headerName(r.values["header"], s.Header)
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

// strays reports keys that no listed way to verify reads: they would look like protection
// without being any.
func (r *sourceReader) strays(seen map[string]bool) {
	named := r.named()
	for _, name := range schemeKeys {
		key := r.keys[name]
		if key == nil || slices.ContainsFunc(schemeKinds, func(kind string) bool { return named[kind] && slices.Contains(keysOf(kind), name) }) {
			continue
		}
		r.f.wrong(at(key), strayHint(name, seen, named), "`%s` has no effect: no way to verify that %s lists uses it", name, r.what)
	}
}
