package webhook

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"untag/internal/event"
	"untag/internal/jsonvalue"
	"untag/internal/sender"
)

const formKind = "application/x-www-form-urlencoded"

// wrap puts JSON into the form field in which the sender sends it.
func (o *Outgoing) wrap(field string) {
	if field == "" || !looksLikeJSON(o.Body) {
		return
	}
	o.Body = []byte(url.Values{field: {string(o.Body)}}.Encode())
	o.Header.Set("Content-Type", formKind)
}

// complete adds what is signed beside the body: identifiers, the time, and the hash of the body.
func (o *Outgoing) complete(v *sender.Verify) error {
	for _, part := range v.Signed {
		switch {
		case part.Value == "id" && len(part.Place.Headers) > 0:
			o.Header.Set(part.Place.Headers[0], o.ID)
		case part.Value == "json" && v.Each == nil:
			if err := o.fillJSON(part.Place.JSON, o.ID); err != nil {
				return err
			}
		}
	}
	if err := o.setTime(v); err != nil {
		return err
	}
	if d := v.Digest; d != nil && len(o.Body) > 0 && !(d.Optional && o.isForm()) {
		algorithm := algorithmOf(d.Hash)
		if algorithm == nil {
			return errCannotSign
		}
		return o.set(d.Place, encoded(d.Encoding, message{o.Body}.sum(algorithm())))
	}
	return nil
}

// setTime says when the request is signed.
func (o *Outgoing) setTime(v *sender.Verify) error {
	at, text := v.Timestamp, timeText(v.Timestamp.Unit, o.At)
	switch {
	case at.IsZero() || v.Each != nil:
		return nil
	case at.JSON != nil && at.Unit != "iso" && !v.Signed.Has("timestamp"):
		// Senders that do not sign it as text have a number.
		return o.setJSON(at.JSON, jsonvalue.Raw(text))
	}
	return o.set(at.Place, text)
}

func (o *Outgoing) isForm() bool { return typeOf(o.Header.Get("Content-Type")).name == formKind }

// sign adds the signature, or that of each element.
func (o *Outgoing) sign(from event.Source, v *sender.Verify, sign func(message) (string, error)) error {
	if v.Each == nil {
		text, err := o.signature(from, v, nil, sign)
		if err != nil {
			return err
		}
		return o.set(v.Signature, text)
	}
	var failed error
	o.Body = edited(o.Body, v.Each, false, func(element jsonvalue.Raw) jsonvalue.Raw {
		text, err := o.signature(from, v, element, sign)
		if err != nil {
			failed = err
			return element
		}
		return edited(element, v.Signature.JSON, true, func(jsonvalue.Raw) jsonvalue.Raw { return jsonString(text) })
	})
	return failed
}

// signature returns the signature of the request, or of an element.
func (o *Outgoing) signature(from event.Source, v *sender.Verify, element jsonvalue.Raw, sign func(message) (string, error)) (string, error) {
	query := ""
	if _, rest, found := strings.Cut(o.URL, "?"); found {
		query = rest
	}
	p := newProof(&from, v, Request{
		Source: from.Name, Method: o.Method, URL: o.URL, RawQuery: query, Header: o.Header, Body: Bytes(o.Body), ReceivedAt: o.At,
	}, nil)
	p.element = element
	if v.Compare != "" {
		return sign(nil)
	}
	messages, err := p.messages()
	if err != nil {
		return "", err
	}
	return sign(messages[0])
}

// set writes a value to a place, as another item if that is a list in a header.
func (o *Outgoing) set(at sender.Place, value string) error {
	item := keyOf(at) + value
	if !at.Bare {
		item = at.Prefix + item
	}
	switch {
	case len(at.Headers) > 0:
		name := strings.ReplaceAll(at.Headers[0], "{n}", "1")
		if before := o.Header.Get(name); before != "" && at.List != "" {
			item = before + at.List + item
		}
		if at.Scheme != "" {
			item = at.Scheme + " " + item
		}
		o.Header.Set(name, item)
	case at.Query != "":
		o.setQuery(at.Query, item)
	case at.Form != "":
		o.setForm(at.Form, item)
	case at.JSON != nil:
		return o.setJSON(at.JSON, jsonString(item))
	}
	return nil
}

func (o *Outgoing) setQuery(name, value string) {
	separator := "?"
	if strings.Contains(o.URL, "?") {
		separator = "&"
	}
	o.URL += separator + url.QueryEscape(name) + "=" + url.QueryEscape(value)
}

func (o *Outgoing) setForm(name, value string) {
	pair := url.QueryEscape(name) + "=" + url.QueryEscape(value)
	if len(o.Body) > 0 {
		pair = string(o.Body) + "&" + pair
	}
	o.Body = []byte(pair)
	o.Header.Set("Content-Type", formKind)
}

// setJSON sets a value in the JSON of the body, also if a field of a form holds it.
func (o *Outgoing) setJSON(path sender.Path, value jsonvalue.Raw) error {
	return o.editJSON(path, func(jsonvalue.Raw) jsonvalue.Raw { return value })
}

// fillJSON sets a value unless there is one.
func (o *Outgoing) fillJSON(path sender.Path, value string) error {
	return o.editJSON(path, func(old jsonvalue.Raw) jsonvalue.Raw {
		if old != nil {
			return old
		}
		return jsonString(value)
	})
}

func (o *Outgoing) editJSON(path sender.Path, edit func(jsonvalue.Raw) jsonvalue.Raw) error {
	if o.isForm() {
		pairs, err := pairsOf(string(o.Body), "form")
		if err != nil {
			return err
		}
		form := make([]string, len(pairs))
		for i, one := range pairs {
			if looksLikeJSON([]byte(one.value)) {
				one.value = string(edited(jsonvalue.Raw(one.value), path, true, edit))
			}
			form[i] = url.QueryEscape(one.name) + "=" + url.QueryEscape(one.value)
		}
		o.Body = []byte(strings.Join(form, "&"))
		return nil
	}
	if _, err := jsonvalue.Raw(o.Body).Object(); err != nil {
		return fmt.Errorf("the body must be a JSON object, as the sender writes what proves it there: %w", errors.New("not a JSON object"))
	}
	o.Body = edited(o.Body, path, true, edit)
	return nil
}

func jsonString(text string) jsonvalue.Raw {
	value, err := jsontext.AppendQuote(nil, text)
	if err != nil {
		return jsonvalue.Raw(`""`) // not valid UTF-8
	}
	return value
}
