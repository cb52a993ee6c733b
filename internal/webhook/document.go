package webhook

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"untag/internal/jsonvalue"
	"untag/internal/sender"
)

// maxUnproven is the maximum nesting of JSON that is read before it is proven.
const maxUnproven = 100

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
	if isDeep(text) {
		return refusal("the body is nested too deeply")
	}
	return nil
}

// isDeep reports whether valid JSON is nested more than maxUnproven deep.
func isDeep(text []byte) bool {
	if bytes.Count(text, []byte("{"))+bytes.Count(text, []byte("[")) <= maxUnproven {
		return false
	}
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i = stringEnd(text, i) - 1
		case '{', '[':
			if depth++; depth > maxUnproven {
				return true
			}
		case '}', ']':
			depth--
		}
	}
	return false
}

// valuesAt returns the values at a path in valid JSON. complete is false if a member or a list of the path is
// missing.
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
			elements, err := value.List()
			complete = complete && err == nil
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

// document returns the JSON of the body, or of the form field that holds it. Before the
// signature holds, all of it is checked.
func (p *proof) document() (jsonvalue.Raw, error) {
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
	found, _ := valuesAt(doc, path)
	var texts []string
	for _, value := range found {
		text, ok := scalarText(value)
		if !ok {
			return nil, refusal("`" + path.String() + "` in the body is not text")
		}
		texts = append(texts, text)
	}
	return texts, nil
}
