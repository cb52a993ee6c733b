package rules

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"untag/internal/sender"
)

// mostHeaders is how many numbered headers a sender may sign with.
const mostHeaders = 100

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
