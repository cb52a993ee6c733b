package webhook

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"untag/internal/jsonvalue"
	"untag/internal/sender"
)

// checkJSON returns a refusal unless all of a text is one JSON value without repeated names,
// so that no two readers of it can disagree about what it says.
func checkJSON(text []byte) error {
	dec := jsontext.NewDecoder(bytes.NewBuffer(text))
	if _, err := dec.ReadValue(); err != nil {
		return refusal("the body is not valid JSON, or has a name twice in one object")
	}
	if skipBlanks(text, int(dec.InputOffset())) < len(text) {
		return refusal("the body is more than one JSON value")
	}
	return nil
}

// isDeep reports whether valid JSON is nested deeper than the claims of any token.
func isDeep(text []byte) bool {
	const most = 100
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i = stringEnd(text, i) - 1
		case '{', '[':
			if depth++; depth > most {
				return true
			}
		case '}', ']':
			depth--
		}
	}
	return false
}

// valuesAt returns the values at a path, no more than MaxEvents. complete is false if a member
// or a list of the path is missing, or if there are more values.
func valuesAt(doc jsonvalue.Raw, path sender.Path) (values []jsonvalue.Raw, complete bool) {
	at, complete := []jsonvalue.Raw{doc}, true
	for _, step := range path {
		var next []jsonvalue.Raw
		for _, value := range at {
			if !step.Every {
				member := memberOf(value, step.Member)
				if member == nil {
					complete = false
					continue
				}
				next = append(next, member)
				continue
			}
			elements, ok := elementsOf(value, MaxEvents)
			if complete = complete && ok; len(next)+len(elements) > MaxEvents {
				return nil, false
			}
			next = append(next, elements...)
		}
		at = next
	}
	return at, complete
}

// scalarText returns a scalar as text: numbers as written, null as an empty text.
func scalarText(value jsonvalue.Raw) (text string, ok bool) {
	switch jsontext.Value(value).Kind() {
	case jsontext.KindString:
		plain, err := jsontext.AppendUnquote(nil, value)
		return string(plain), err == nil
	case jsontext.KindNull:
		return "", true
	case jsontext.KindNumber, jsontext.KindTrue, jsontext.KindFalse:
		return string(bytes.TrimSpace(value)), true
	}
	return "", false
}

// document returns the JSON of the body, or of the form field that holds it. All of it is
// checked.
func (p *proof) document() (jsonvalue.Raw, error) {
	doc, err := p.unchecked()
	if err == nil && !p.checked {
		if err = checkJSON(doc); err != nil {
			return nil, err
		}
		p.checked = true
	}
	return doc, err
}

// unchecked returns the same text before it is checked. Reading a value in it costs little, so
// what proves a request is looked for here first. A request whose proof was found must have a
// document too: only in valid JSON do all readers find the same.
func (p *proof) unchecked() (jsonvalue.Raw, error) {
	if p.doc != nil {
		return p.doc, nil
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
	p.doc = bytes.TrimPrefix(body, []byte(byteOrder))
	if !looksLikeJSON(p.doc) {
		return nil, refusal("the body is not valid JSON")
	}
	return p.doc, nil
}

// jsonText returns the text at a path of the element that is checked, or of the body; false if
// there is none.
func (p *proof) jsonText(path sender.Path) (text string, found bool, err error) {
	value := p.element
	if value == nil {
		if value, err = p.unchecked(); err != nil {
			return "", false, err
		}
	}
	for i, step := range path {
		switch {
		case step.Every:
			return "", false, refusal("`" + path.String() + "` in the body leads through a list")
		case i == 0:
			value = p.index.member(value, step.Member)
		default:
			value = memberOf(value, step.Member)
		}
	}
	if value == nil {
		return "", false, nil
	}
	text, ok := scalarText(value)
	if !ok {
		return "", false, refusal("`" + path.String() + "` in the body is not text")
	}
	return text, true, nil
}
