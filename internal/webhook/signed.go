package webhook

import (
	"net/url"
	"slices"
	"strings"

	"untag/internal/sender"
)

// message is what is signed, in pieces, so that the body is not copied.
type message [][]byte

func (m message) bytes() []byte { return slices.Concat(m...) }

// messages returns what may have been signed: one message, or one for each spelling of the
// URL.
func (p *proof) messages() ([]message, error) {
	if err := p.checkCovered(); err != nil {
		return nil, err
	}
	urls := []string{""}
	if p.verify.Signed.Has("url") {
		if urls = p.urls(); len(urls) == 0 {
			return nil, refusal("the sender signs the URL, which is not known: set PUBLIC_URL to the address that it calls, such as https://hooks.example.com, or `url` of the source")
		}
	}
	all := make([]message, 0, len(urls))
	for _, address := range urls {
		m, err := p.message(address)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// message returns what is signed with one spelling of the URL: the body, and what stands around
// it in one piece each.
func (p *proof) message(address string) (message, error) {
	m := make(message, 0, 3)
	var around []byte
	if len(p.verify.Signed) > 1 {
		around = make([]byte, 0, 128+len(address))
	}
	for _, part := range p.verify.Signed {
		if part.Value != "body" {
			text, err := p.piece(part, address)
			if err != nil {
				return nil, err
			}
			around = append(around, text...)
			continue
		}
		body, err := p.signedBody(part)
		if err != nil {
			return nil, err
		}
		m = append(m, around, body)
		around = around[len(around):]
	}
	return append(m, around), nil
}

// checkCovered refuses a body that is not part of what is signed, where the sender signs the
// fields of a form.
func (p *proof) checkCovered() error {
	v := p.verify
	if !slices.Contains(v.Params.Of, "form") || v.Digest != nil ||
		slices.ContainsFunc(v.Signed, func(part sender.Part) bool { return part.Value == "body" }) {
		return nil
	}
	body, err := readBody(p.req)
	if err == nil && len(body) > 0 && !p.isForm() {
		err = refusal("the body is not a form, and the sender signs only forms")
	}
	return err
}

// signedBody returns the body as it is signed.
func (p *proof) signedBody(part sender.Part) ([]byte, error) {
	if part.OnlyJSON && p.isForm() {
		return nil, nil
	}
	return readBody(p.req)
}

// piece returns the text of one part of the template other than the body.
func (p *proof) piece(part sender.Part, address string) (string, error) {
	switch part.Value {
	case "":
		return part.Literal, nil
	case "timestamp":
		text, _, err := p.timestamp()
		return text, err
	case "id":
		text, err := p.only(p.idPlace(part))
		if err == nil && text == "" {
			err = refusal("no " + p.name(p.idPlace(part)))
		}
		return text, err
	case "method":
		if p.req.Method == "" {
			return "", refusal("the sender signs the method of the request, which is not known")
		}
		return p.req.Method, nil
	case "url":
		return address, nil
	case "params":
		return p.params()
	case "json":
		text, _, err := p.jsonText(part.Place.JSON)
		return text, err
	case "header", "query", "form":
		return p.only(part.Place)
	}
	return "", refusal("unknown value {" + part.Value + "} in what is signed")
}

// idPlace returns where the identifier is that is signed.
func (p *proof) idPlace(part sender.Part) sender.Place {
	if !part.Place.IsZero() {
		return part.Place
	}
	return p.from.ID
}

// address returns the URL that the sender calls, "" if it is not known. A source's own URL
// takes the place of the request's; unless it has a query, the request's is added.
func (p *proof) address() string {
	own := p.from.URL
	switch {
	case own == "":
		return p.req.URL
	case p.req.RawQuery == "" || strings.Contains(own, "?"):
		return own
	}
	return own + "?" + p.req.RawQuery
}

// urls returns the spellings in which the sender may have signed the URL.
func (p *proof) urls() []string {
	address := p.address()
	if address == "" {
		return nil
	}
	all := []string{address}
	if p.verify.URL.Port == "either" {
		if other := otherPort(address); other != "" {
			all = append(all, other)
		}
	}
	for i := range all {
		all[i] = decodeEscapes(all[i], p.verify.URL.Decode)
	}
	return all
}

// otherPort returns a URL without its port, or with that of its scheme.
func otherPort(address string) string {
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		return ""
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host, tail := rest[:end], rest[end:]
	if colon := strings.LastIndexByte(host, ':'); colon >= 0 && !strings.HasSuffix(host, "]") {
		return scheme + "://" + host[:colon] + tail
	}
	switch scheme {
	case "https":
		return scheme + "://" + host + ":443" + tail
	case "http":
		return scheme + "://" + host + ":80" + tail
	}
	return ""
}

// decodeEscapes decodes those of a URL's escapes that the sender decodes, once.
func decodeEscapes(address string, escapes []string) string {
	if len(escapes) == 0 || !strings.Contains(address, "%") {
		return address
	}
	var b strings.Builder
	b.Grow(len(address))
	for i := 0; i < len(address); i++ {
		if address[i] == '%' && i+3 <= len(address) {
			escape := address[i : i+3]
			if slices.ContainsFunc(escapes, func(e string) bool { return strings.EqualFold(e, escape) }) {
				b.WriteString(plainByte(escape))
				i += 2
				continue
			}
		}
		b.WriteByte(address[i])
	}
	return b.String()
}

func plainByte(escape string) string {
	plain, err := url.PathUnescape(escape)
	if err != nil {
		return escape
	}
	return plain
}
