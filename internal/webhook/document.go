package webhook

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"untag/internal/sender"
)

// document is a JSON value as written.
type document []byte

// maxUnproven is the maximum nesting of JSON that is read before it is proven.
const maxUnproven = 100

// checkJSON returns a refusal unless all of a text is one JSON value without repeated names,
// so that no two readers of it can disagree about what it says.
func checkJSON(text []byte) error {
	dec := jsontext.NewDecoder(bytes.NewBuffer(text))
	for values := 0; ; {
		_, err := dec.ReadToken()
		switch {
		case errors.Is(err, io.EOF) && values == 1:
			return nil
		case err != nil:
			return refusal("the body is not valid JSON, or has a name twice in one object")
		case dec.StackDepth() > maxUnproven:
			return refusal("the body is nested too deeply")
		case dec.StackDepth() == 0:
			if values++; values > 1 {
				return refusal("the body is more than one JSON value")
			}
		}
	}
}

// decoder is lenient about what checkJSON has already checked.
func (d document) decoder() *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(d), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

func (d document) next(dec *jsontext.Decoder) document {
	value, err := dec.ReadValue()
	if err != nil {
		return nil
	}
	end := dec.InputOffset()
	return d[end-int64(len(value)) : end : end]
}

// member returns the first member of an object with this name, nil if there is none.
func (d document) member(name string) document {
	dec := d.decoder()
	if t, err := dec.ReadToken(); err != nil || t.Kind() != jsontext.KindBeginObject {
		return nil
	}
	for dec.PeekKind() == jsontext.KindString {
		key, err := dec.ReadToken()
		if err != nil {
			return nil
		}
		if key.String() == name {
			return d.next(dec)
		}
		if dec.SkipValue() != nil {
			return nil
		}
	}
	return nil
}

// elements returns the elements of a list; ok is false if it is no list.
func (d document) elements() (all []document, ok bool) {
	dec := d.decoder()
	if t, err := dec.ReadToken(); err != nil || t.Kind() != jsontext.KindBeginArray {
		return nil, false
	}
	for dec.PeekKind() != jsontext.KindEndArray {
		element := d.next(dec)
		if element == nil {
			return nil, false
		}
		all = append(all, element)
	}
	return all, true
}

// all returns the values at a path. complete is false if the path leads nowhere somewhere.
func (d document) all(path sender.Path) (values []document, complete bool) {
	at, complete := []document{d}, true
	for _, step := range path {
		var next []document
		for _, value := range at {
			if !step.Every {
				member := value.member(step.Member)
				if member == nil {
					complete = false
					continue
				}
				next = append(next, member)
				continue
			}
			elements, ok := value.elements()
			complete = complete && ok
			next = append(next, elements...)
		}
		at = next
	}
	return at, complete
}

// text returns a scalar as text: numbers as written, null as an empty text.
func (d document) text() (text string, ok bool) {
	value := jsontext.Value(d)
	switch value.Kind() {
	case jsontext.KindString:
		plain, err := jsontext.AppendUnquote(nil, d)
		return string(plain), err == nil
	case jsontext.KindNull:
		return "", true
	case jsontext.KindNumber, jsontext.KindTrue, jsontext.KindFalse:
		return string(bytes.TrimSpace(d)), true
	}
	return "", false
}

// document returns the JSON of the body, or of the form field that holds it. Before the
// signature holds, all of it is checked.
func (p *proof) document() (document, error) {
	if p.checked != nil {
		return p.checked, nil
	}
	body, err := p.readDocument()
	if err != nil {
		return nil, err
	}
	if field := p.from.Events.Form; field != "" && p.isForm() {
		values, err := p.formValues(field)
		switch {
		case err != nil:
			return nil, err
		case len(values) != 1:
			return nil, refusal("the form does not have one field " + field)
		}
		body = []byte(values[0])
	}
	body = bytes.TrimPrefix(body, []byte(byteOrder))
	if !p.trusted {
		if err := checkJSON(body); err != nil {
			return nil, err
		}
	}
	p.checked = body
	return p.checked, nil
}

// jsonValues returns the texts at a path of the element that is checked, or of the body.
func (p *proof) jsonValues(path sender.Path) ([]string, error) {
	doc := p.element
	if doc == nil {
		var err error
		if doc, err = p.document(); err != nil {
			return nil, err
		}
	}
	found, _ := doc.all(path)
	var texts []string
	for _, value := range found {
		text, ok := value.text()
		if !ok {
			return nil, refusal("`" + path.String() + "` in the body is not text")
		}
		texts = append(texts, text)
	}
	return texts, nil
}
