package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"untag/internal/sender"
)

var (
	// whereKeys are the parts of a request that a place may be in.
	whereKeys = []string{"header", "query", "json", "form"}
	placeKeys = slices.Concat(whereKeys, []string{"to", "scheme", "prefix", "bare", "list", "key", "separator", "item", "from"})
)

const (
	// mostHeaders is how many numbered headers a sender may sign with.
	mostHeaders = 100
	// mostItems is how many items of a list may be told apart by their position.
	mostItems = 100
)

// place reads where in a request a value is.
func (m *mapping) place() sender.Place {
	p := m.where()
	p.Prefix, p.List, p.Scheme = m.plain("prefix"), m.separator("list"), m.plain("scheme")
	p.Bare = m.boolean("bare")
	p.Key, p.Separator = m.plain("key"), m.separator("separator")
	p.Item, p.From = m.number("item", mostItems), m.number("from", mostItems)
	if p.To = m.number("to", mostHeaders); p.To == 0 && m.keys["to"] != nil {
		return p
	}
	numbered := slices.ContainsFunc(p.Headers, func(name string) bool { return strings.Contains(name, "{n}") })
	if numbered != (p.To > 0) || numbered && (len(p.Headers) > 1 || strings.Count(p.Headers[0], "{n}") > 1) {
		m.f.wrong(at(m.node), "write both, as in `{header: \"X-Signature-{n}\", to: 100}`, for one header", "in %s, a header with one `{n}` and `to` belong together", m.what)
	}
	if p.List == "" {
		for _, key := range []string{"key", "item", "from"} {
			if m.keys[key] != nil {
				m.f.wrong(at(m.keys[key]), "add `list`, the text between the items, as in `list: \",\"`", "`%s` of %s selects items of a list, but there is no `list`", key, m.what)
			}
		}
	}
	switch {
	case p.Bare && p.Prefix == "":
		m.f.wrong(at(m.keys["bare"]), "add `prefix`, or remove it", "`bare` of %s says that the prefix may be missing, but there is no `prefix`", m.what)
	case p.Item > 0 && p.From > 0:
		m.f.wrong(at(m.keys["from"]), "remove one of them", "`item` and `from` of %s both select items of the list", m.what)
	case p.Key == "" && p.Separator != "":
		m.f.wrong(at(m.keys["separator"]), "add `key`, or remove it", "`separator` of %s stands between a key and its value, but there is no `key`", m.what)
	case p.Key != "" && p.Separator == "":
		p.Separator = "="
	case strings.ContainsAny(p.Scheme, " \t"):
		m.f.wrong(at(m.values["scheme"]), "write the word alone, as in `scheme: Bearer`; the space after it is part of HTTP", "`scheme` of %s has a space in it", m.what)
	case p.Scheme != "" && len(p.Headers) == 0:
		m.f.wrong(at(m.keys["scheme"]), "remove it", "`scheme` of %s is the word before a value in a header", m.what)
	}
	return p
}

// where reads in which part of a request a value is, and under which name.
func (m *mapping) where() (p sender.Place) {
	var given []string
	for _, key := range whereKeys {
		if m.keys[key] != nil {
			given = append(given, key)
		}
	}
	switch {
	case len(given) == 0:
		hint := "name the header, as in `header: X-Signature`; a value may also be in `query`, `json` or `form`"
		if strings.HasPrefix(m.what, "`id` ") {
			hint = idHint
		}
		m.required("header", hint)
		return p
	case len(given) > 1:
		m.f.wrong(at(m.keys[given[1]]), "keep one of them", "%s names more than one place: %s", m.what, list(given))
		return p
	}
	p.Query, p.Form = m.plain("query"), m.plain("form")
	if p.JSON = m.path("json", "data.signature"); slices.ContainsFunc(p.JSON, func(s sender.Step) bool { return s.Every }) {
		m.f.wrong(at(m.values["json"]), "write the path of one value; if each element of a list has its own signature, name the list in `each`", "`json` of %s leads through a list", m.what)
	}
	if n := m.optional("header"); n != nil {
		for _, item := range m.f.strings(n, "`header` of "+m.what) {
			name := resolve(item).Value
			m.headerName(item, strings.ReplaceAll(name, "{n}", "1"))
			if slices.ContainsFunc(p.Headers, func(other string) bool { return strings.EqualFold(name, other) }) {
				m.f.wrong(at(item), "keep one of them", "`header` of %s lists %s twice", m.what, name)
			}
			p.Headers = append(p.Headers, name)
		}
	}
	return p
}

// number reads a number from 1 to most, 0 if there is none.
func (m *mapping) number(name string, most int) int {
	n := m.optional(name)
	if n == nil {
		return 0
	}
	text, _ := m.text(name, n)
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 || number > most {
		m.f.wrong(at(n), fmt.Sprintf("write a number from 1 to %d", most), "`%s` of %s: `%s` is not a number from 1 to %d", name, m.what, text, most)
		return 0
	}
	return number
}

// separator reads a text that may be only a blank.
func (m *mapping) separator(name string) string {
	n := m.values[name]
	if n == nil || resolve(n).Kind != yaml.ScalarNode || resolve(n).Value == "" {
		return m.plain(name)
	}
	return resolve(n).Value
}

// idHint says where an identifier of a delivery can be.
const idHint = "write the name of a header, as in `id: header X-Delivery-Id`; for an identifier in the body, write its path, as in `events: {id: data.id}`"

// readID reads where the sender's identifier of a delivery is: `header NAME`, or a place.
func (f *faults) readID(m *mapping) sender.Place {
	n := m.optional("id")
	if n == nil {
		return sender.Place{}
	}
	if r := resolve(n); r.Kind != yaml.MappingNode {
		name, isHeader := strings.CutPrefix(r.Value, "header ")
		if name = strings.TrimSpace(name); !isHeader || name == "" {
			found := "`" + r.Value + "`"
			if r.Kind != yaml.ScalarNode {
				found = kindName(r)
			}
			f.wrong(at(n), idHint, "`id` of %s: %s is not a place", m.what, found)
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
