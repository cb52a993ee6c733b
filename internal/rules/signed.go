package rules

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"untag/internal/event"
	"untag/internal/sender"
)

var (
	// rowKeys are the keys of a sender's row: those of a source, and what people need to know.
	rowKeys       = []string{"title", "store", "oracle", "verify", "id"}
	signedKeys    = []string{"hmac", "signature", "timestamp", "signed"}
	asKeys        = []string{"as", "tolerance"}
	hmacKeys      = []string{"hash", "encoding", "secret", "strip"}
	placeKeys     = []string{"header", "to", "prefix", "list", "key", "separator"}
	timestampKeys = slices.Concat(placeKeys, []string{"unit", "tolerance"})

	secretForms = []string{"text", "base64", "hex"}
	timeUnits   = []string{"s", "ms", "iso"}
)

const (
	// defaultTolerance is how far the time of signing may be from now.
	defaultTolerance = 5 * time.Minute
	maxTolerance     = 24 * time.Hour
	// mostHeaders is how many numbered headers a sender may sign with.
	mostHeaders = 100
)

// Sender is what people need to know of a sender that has a row.
type Sender struct {
	Name string `json:"name"`
	// Title is the name that people know it by.
	Title string `json:"title"`
	// Store is what must be stored as its secret.
	Store string `json:"store"`
	// Oracle is the vendor's package that untag is compared with, "" if there is none.
	Oracle string `json:"oracle"`
	// Source is a source of it.
	Source event.Source `json:"-"`
}

// LoadSender returns the row of a sender; false if it has none.
func LoadSender(name string) (Sender, bool) {
	data, found := sender.File(name)
	if !found {
		return Sender{}, false
	}
	var root yaml.Node
	var f faults
	if err := yaml.Unmarshal(data, &root); err != nil || len(root.Content) == 0 {
		return Sender{}, false // a test reads every row
	}
	m := f.readMapping(root.Content[0], "row `"+name+"`", rowKeys)
	if m == nil {
		return Sender{}, false
	}
	s := Sender{Name: name, Source: event.Source{Name: name}}
	s.Title, _ = m.text("title", m.required("title", ""))
	s.Store, _ = m.text("store", m.required("store", ""))
	s.Oracle = m.plain("oracle")
	s.Source.ID = f.readID(m)
	if n := m.required("verify", ""); n != nil {
		if v := f.readSigned(n, m.what, s.Source.ID); v != nil {
			s.Source.Verify = []event.Scheme{{Kind: name, Verify: v}}
		}
	}
	return s, len(f.list) == 0
}

// readSigned reads how a sender signs. It returns nil if that has a fault.
func (f *faults) readSigned(node *yaml.Node, what string, id sender.Place) *sender.Verify {
	before := len(f.list)
	if !has(node, "hmac") && !has(node, "signature") {
		f.wrong(at(node), "write one of "+list(schemeKinds)+", the name of a sender, or how it signs, as in `{hmac: {hash: sha256, encoding: hex}, signature: {header: X-Signature}}`",
			"`verify` of %s has neither `hmac` nor `signature`", what)
		f.list[len(f.list)-1].Masked = true // it may hold a secret
		return nil
	}
	m := f.readMapping(node, "`verify` of "+what, signedKeys)
	if m == nil {
		return nil
	}
	v := &sender.Verify{HMAC: &sender.HMAC{Hash: "sha256", Encoding: "hex", Secret: "text"}}
	if n := m.required("hmac", "write for example `hmac: {hash: sha256, encoding: hex}`"); n != nil {
		f.readHMAC(n, m.what, v.HMAC)
	}
	if n := m.required("signature", "name the header that carries the signature, as in `signature: {header: X-Signature}`"); n != nil {
		if p := f.readMapping(n, "`signature` of "+what, placeKeys); p != nil {
			v.Signature = p.place()
		}
	}
	if n := m.optional("timestamp"); n != nil {
		f.readTimestamp(n, what, &v.Timestamp)
	}
	v.Signed = sender.Template{{Value: "body"}}
	if n := m.optional("signed"); n != nil {
		m.readTemplate(n, v, id)
	}
	if !v.Timestamp.IsZero() && !v.Signed.Has("timestamp") && len(f.list) == before {
		f.wrong(at(m.keys["timestamp"]), "write `{timestamp}` where it is in what is signed, as in `signed: \"{timestamp}.{body}\"`, or remove `timestamp`",
			"the signature of %s does not cover its timestamp, so the timestamp proves nothing", what)
	}
	f.sameFamilies(m, v, id)
	if len(f.list) > before {
		return nil
	}
	return v
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

func (f *faults) readHMAC(node *yaml.Node, what string, h *sender.HMAC) {
	m := f.readMapping(node, "`hmac` of "+what, hmacKeys)
	if m == nil {
		return
	}
	h.Hash = m.choice("hash", h.Hash, algorithms)
	h.Encoding = m.choice("encoding", h.Encoding, encodings)
	if n := m.optional("secret"); n != nil {
		h.Secret, _ = m.text("secret", n)
		if !slices.Contains(secretForms, h.Secret) {
			f.wrong(at(n), secretHint, "`secret` of %s says how the secret is stored (text, base64 or hex), and is not the place for the secret itself", m.what)
			f.list[len(f.list)-1].Masked = true
		}
	}
	if n := m.optional("strip"); n != nil {
		h.Strip, _ = m.text("strip", n)
	}
}

func (f *faults) readTimestamp(node *yaml.Node, what string, t *sender.Timestamp) {
	m := f.readMapping(node, "`timestamp` of "+what, timestampKeys)
	if m == nil {
		return
	}
	t.Place = m.place()
	t.Unit = m.choice("unit", "s", timeUnits)
	t.Tolerance = m.tolerance(defaultTolerance)
}

// tolerance reads how far a time may be from now. `none` accepts any time.
func (m *mapping) tolerance(standard time.Duration) time.Duration {
	n := m.optional("tolerance")
	if n == nil {
		return standard
	}
	text, ok := m.text("tolerance", n)
	if !ok || text == "none" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Second || d > maxTolerance {
		m.f.wrong(at(n), "write for example 5m (five minutes) or 30s; `none` accepts a request of any age, so that a recorded one can be sent again",
			"`tolerance` of %s: `%s` is not a duration from 1s to 24h", m.what, text)
	}
	return d
}

// place reads where in the headers a value is.
func (m *mapping) place() sender.Place {
	p := sender.Place{Prefix: m.plain("prefix"), List: m.separator("list"), Key: m.plain("key"), Separator: m.separator("separator")}
	if n := m.required("header", "name the header, as in `header: X-Signature`"); n != nil {
		for _, item := range m.f.strings(n, "`header` of "+m.what) {
			name := resolve(item).Value
			m.headerName(item, strings.ReplaceAll(name, "{n}", "1"))
			p.Headers = append(p.Headers, name)
		}
	}
	if n := m.optional("to"); n != nil {
		text, _ := m.text("to", n)
		to, err := strconv.Atoi(text)
		if err != nil || to < 1 || to > mostHeaders {
			m.f.wrong(at(n), "", "`to` of %s: `%s` is not a number from 1 to %d", m.what, text, mostHeaders)
		}
		p.To = to
	}
	numbered := slices.ContainsFunc(p.Headers, func(name string) bool { return strings.Contains(name, "{n}") })
	if numbered != (p.To > 0) || numbered && len(p.Headers) > 1 {
		m.f.wrong(at(m.node), "write both, as in `{header: \"X-Signature-{n}\", to: 100}`, for one header", "in %s, a header with `{n}` and `to` belong together", m.what)
	}
	switch {
	case p.Key != "" && p.List == "":
		m.f.wrong(at(m.keys["key"]), "add `list`, the text between the items, as in `list: \",\"`", "`key` of %s selects items of a list, but there is no `list`", m.what)
	case p.Key == "" && p.Separator != "":
		m.f.wrong(at(m.keys["separator"]), "add `key`, or remove it", "`separator` of %s stands between a key and its value, but there is no `key`", m.what)
	case p.Key != "" && p.Separator == "":
		p.Separator = "="
	}
	return p
}

// separator reads a text that may be only a blank.
func (m *mapping) separator(name string) string {
	n := m.values[name]
	if n == nil || resolve(n).Kind != yaml.ScalarNode || resolve(n).Value == "" {
		return m.plain(name)
	}
	return resolve(n).Value
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
		v.Signed = t
	}
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

// readID reads where the sender's identifier of a delivery is: `header NAME`, or a place.
func (f *faults) readID(m *mapping) sender.Place {
	n := m.optional("id")
	if n == nil {
		return sender.Place{}
	}
	if r := resolve(n); r.Kind == yaml.ScalarNode {
		name, found := strings.CutPrefix(r.Value, "header ")
		if name = strings.TrimSpace(name); !found || name == "" {
			f.wrong(at(n), "write `id: header NAME`, such as `id: header X-Delivery-Id`", "`id` of %s: `%s` is not a place", m.what, r.Value)
			return sender.Place{}
		}
		m.headerName(n, name)
		return sender.Place{Headers: []string{name}}
	}
	p := f.readMapping(n, "`id` of "+m.what, []string{"header"})
	if p == nil {
		return sender.Place{}
	}
	return p.place()
}

func (m *mapping) plain(name string) string {
	n := m.optional(name)
	if n == nil {
		return ""
	}
	value, _ := m.text(name, n)
	return value
}

func (m *mapping) choice(name, standard string, values []string) string {
	value := m.plain(name)
	if value == "" {
		return standard
	}
	if !slices.Contains(values, value) {
		hint := didYouMean(value, values)
		if hint == "" {
			hint = "use one of " + list(values)
		}
		m.f.wrong(at(m.values[name]), hint, "`%s` is not a valid `%s`", value, name)
	}
	return value
}

func (m *mapping) headerName(n *yaml.Node, name string) {
	for _, c := range name {
		if c <= ' ' || c >= 0x7f || c == ':' {
			name, value, _ := strings.Cut(name, ":")
			hint := "write only the name, without a colon and a value"
			if value = strings.TrimSpace(value); value != "" {
				hint += "; if the value is a secret, " + secretHint
			}
			m.f.wrong(at(n), hint, "%q is not the name of a header", name)
			m.f.list[len(m.f.list)-1].Masked = value != ""
			return
		}
	}
}
