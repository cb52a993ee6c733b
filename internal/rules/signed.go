package rules

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"untag/internal/sender"
)

var (
	proofKeys  = []string{"hmac", "key", "compare"}
	signedKeys = slices.Concat(proofKeys, []string{"signature", "timestamp", "signed", "url", "params", "digest", "each", "covers"})
	asKeys     = slices.Concat([]string{"as", "tolerance"}, tokenAsKeys)
	urlKeys    = []string{"decode", "port"}
	paramsKeys = []string{"of", "unique"}
	coverings  = []string{sender.CoversBody, sender.CoversSender}
)

// readSigned reads how a sender proves its requests. It returns nil if that has a fault.
func (f *faults) readSigned(node *yaml.Node, what string, id sender.Place) *sender.Verify {
	if has(node, "jwt") {
		return f.readJWT(node, what)
	}
	before := len(f.list)
	if !slices.ContainsFunc(signedKeys, func(key string) bool { return has(node, key) }) {
		f.wrong(at(node), "write one of "+list(schemeKinds)+", the name of a sender, or how it signs, as in `{hmac: {hash: sha256, encoding: hex}, signature: {header: X-Signature}}`",
			"`verify` of %s has none of %s", what, list(proofKeys))
		f.list[len(f.list)-1].Masked = true // it may hold a secret
		return nil
	}
	m := f.readMapping(node, "`verify` of "+what, signedKeys)
	if m == nil {
		return nil
	}
	v := &sender.Verify{}
	m.readProof(v)
	v.Signature = m.signature(v, what)
	if n := m.optional("timestamp"); n != nil {
		f.readTimestamp(n, what, &v.Timestamp)
	}
	m.readParts(v)
	if v.Compare == "" {
		v.Signed = sender.Template{{Value: "body"}}
	}
	if n := m.optional("signed"); n != nil {
		m.readTemplate(n, v, id)
	}
	if len(f.list) == before {
		m.checkParts(v)
		m.readCovers(v)
		f.sameFamilies(m, v, id)
	}
	if len(f.list) > before {
		return nil
	}
	return v
}

// kindOf returns the kind of a way to verify that a rules file describes.
func kindOf(v *sender.Verify) string {
	switch {
	case v.HMAC != nil:
		return "hmac"
	case v.Key != nil:
		return "key"
	case v.JWT != nil:
		return "jwt"
	}
	return "compare"
}

// has reports whether a mapping has a key.
func has(node *yaml.Node, key string) bool {
	n := resolve(node)
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return true
		}
	}
	return false
}

// readProof reads the one way in which a request is proven.
func (m *mapping) readProof(v *sender.Verify) {
	given := 0
	for _, name := range proofKeys {
		if m.keys[name] != nil {
			given++
		}
	}
	if given != 1 {
		m.f.wrong(at(m.node), "write for example `hmac: {hash: sha256, encoding: hex}`", "%s must have one of %s, but this one has %d", m.what, list(proofKeys), given)
		return
	}
	if n := m.optional("hmac"); n != nil {
		v.HMAC = &sender.HMAC{Hash: "sha256", Encoding: "hex", Secret: "text"}
		m.f.readHMAC(n, m.what, v.HMAC)
	}
	if n := m.optional("key"); n != nil {
		v.Key = &sender.Key{}
		m.f.readKey(n, m.what, v.Key)
	}
	if m.keys["compare"] != nil {
		v.Compare = m.choice("compare", "", []string{"token", "basic"})
	}
}

// signature reads where the signature is. HTTP basic authentication has its own place.
func (m *mapping) signature(v *sender.Verify, what string) sender.Place {
	if v.Compare == "basic" {
		if n := m.keys["signature"]; n != nil {
			m.f.wrong(at(n), "remove it", "`signature` of %s has no effect: HTTP basic authentication always uses the header Authorization", m.what)
		}
		return sender.Place{Headers: []string{"Authorization"}, Scheme: "Basic"}
	}
	n := m.required("signature", "name the header that carries the signature, as in `signature: {header: X-Signature}`")
	if n == nil {
		return sender.Place{}
	}
	p := m.f.readMapping(n, "`signature` of "+what, placeKeys)
	if p == nil {
		return sender.Place{}
	}
	return p.place()
}

// readParts reads how the parts of what is signed are written.
func (m *mapping) readParts(v *sender.Verify) {
	if n := m.optional("url"); n != nil {
		if u := m.f.readMapping(n, "`url` of "+m.what, urlKeys); u != nil {
			v.URL.Port = u.choice("port", "", []string{"either"})
			if n := u.optional("decode"); n != nil {
				for _, item := range m.f.strings(n, "`decode` of "+u.what) {
					v.URL.Decode = append(v.URL.Decode, u.escape(item))
				}
			}
		}
	}
	if n := m.optional("params"); n != nil {
		if p := m.f.readMapping(n, "`params` of "+m.what, paramsKeys); p != nil {
			v.Params.Unique = p.boolean("unique")
			if n := p.required("of", "write `query`, `form`, or both"); n != nil {
				for _, item := range m.f.strings(n, "`of` of "+p.what) {
					of := resolve(item).Value
					if of != "query" && of != "form" {
						m.f.wrong(at(item), "write `query`, `form`, or both", "`of` of %s: `%s` has no parameters", p.what, of)
					}
					if slices.Contains(v.Params.Of, of) {
						m.f.wrong(at(item), "keep one of them", "`of` of %s lists `%s` twice", p.what, of)
					}
					v.Params.Of = append(v.Params.Of, of)
				}
			}
		}
	}
	if n := m.optional("digest"); n != nil {
		v.Digest = m.f.readDigest(n, m.what)
	}
	v.Each = m.list("each", "items[]")
}

// escape reads an escape of a URL.
func (m *mapping) escape(n *yaml.Node) string {
	text := resolve(n).Value
	hexadecimal := func(c byte) bool {
		return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' || c >= 'a' && c <= 'f'
	}
	if len(text) != 3 || text[0] != '%' || !hexadecimal(text[1]) || !hexadecimal(text[2]) {
		m.f.wrong(at(n), "write for example \"%3A\"", "`decode` of %s: `%s` is not an escape", m.what, text)
	}
	return text
}

func (m *mapping) readTemplate(n *yaml.Node, v *sender.Verify, id sender.Place) {
	text, ok := m.text("signed", n)
	if !ok {
		return
	}
	t, err := sender.ParseTemplate(text)
	switch {
	case err != nil:
		m.f.wrong(at(n), "write for example \"{timestamp}.{body}\"", "`signed` of %s: %s", m.what, err)
	case t.Has("timestamp") && v.Timestamp.IsZero():
		m.f.wrong(at(n), "add `timestamp`, as in `timestamp: {header: X-Timestamp, unit: s}`", "`signed` of %s has {timestamp}, but nothing says where that is", m.what)
	case t.Has("id") && id.IsZero():
		m.f.wrong(at(n), "add `id` to the source, as in `id: header X-Delivery`", "`signed` of %s has {id}, but nothing says where that is", m.what)
	default:
		for i := range t {
			if t[i].Value == "id" {
				t[i].Place = id // stays the same if the source names another identifier
			}
		}
		v.Signed = t
	}
}

// checkParts reports keys that have no effect: they would look like protection without being
// any.
func (m *mapping) checkParts(v *sender.Verify) {
	if m.keys["each"] != nil && !readsElements(v) {
		m.f.wrong(at(m.keys["each"]), "name the signature within an element, as in `signature: {json: signature}`, or remove `each`; if each element is an event, write `events: {each: \"items[]\"}` in the source",
			"`each` of %s has no effect, as neither the signature nor what is signed is in the elements", m.what)
	}
	for _, part := range []struct {
		key, value string
		given      bool
	}{
		{"url", "url", m.keys["url"] != nil && v.Compare == ""},
		{"params", "params", m.keys["params"] != nil && v.Compare == ""},
	} {
		switch has := v.Signed.Has(part.value); {
		case part.given && !has:
			m.f.wrong(at(m.keys[part.key]), "write `{"+part.value+"}` where it is in `signed`, or remove `"+part.key+"`", "`%s` of %s has no effect, as `signed` does not have {%s}", part.key, m.what, part.value)
		case !part.given && has && part.key == "params":
			m.f.wrong(at(m.values["signed"]), "add `params`, as in `params: {of: [query, form]}`", "`signed` of %s has {params}, but nothing says which parameters", m.what)
		}
	}
	if v.Compare != "" {
		for _, key := range []string{"timestamp", "signed", "url", "params", "digest"} {
			if n := m.keys[key]; n != nil {
				m.f.wrong(at(n), "remove it", "`%s` of %s has no effect, as a token signs nothing", key, m.what)
			}
		}
		return
	}
	if t := v.Timestamp; !t.IsZero() && !v.Signed.Has("timestamp") && !(t.JSON != nil && v.Signed.Has("body")) {
		m.f.wrong(at(m.keys["timestamp"]), "write `{timestamp}` where it is in what is signed, as in `signed: \"{timestamp}.{body}\"`, or remove `timestamp`",
			"the signature of %s does not cover its timestamp, so the timestamp proves nothing", strings.TrimPrefix(m.what, "`verify` of "))
	}
}

// readsElements reports whether anything of the proof is in the JSON of the body.
func readsElements(v *sender.Verify) bool {
	return v.Signature.JSON != nil || v.Timestamp.JSON != nil || v.Signed.Has("json")
}

// sameFamilies reports places that list different numbers of headers.
func (f *faults) sameFamilies(m *mapping, v *sender.Verify, id sender.Place) {
	for _, p := range []sender.Place{v.Timestamp.Place, id} {
		if n := len(p.Headers); n > 1 && n != len(v.Signature.Headers) {
			f.wrong(at(m.node), "list as many headers in each place, in the same order", "in %s, places list different numbers of headers, so it is not clear which belong together", m.what)
			return
		}
	}
}
