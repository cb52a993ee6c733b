package webhook

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"untag/internal/jsonvalue"
)

// maxElements is how deep the elements of XML may nest.
const maxElements = 100

// parseXML reads XML: an element is an object of its elements, or a text if it has only text;
// one that is repeated is a list. Attributes are fields whose names begin with @, and text
// beside attributes or elements is the field #text. Prefixes of names are left out. The event
// has one field, the outermost element.
//
// A document type is refused, so that there are no entities but XML's own. The errors quote
// nothing of the text.
func parseXML(text []byte, declared charset) (map[string]any, error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	if !utf8.Valid(text) && declared.character != nil {
		plain, fault := declared.decode(string(text))
		if fault != "" {
			return nil, jsonvalue.At(text, 0, fault)
		}
		d = xml.NewDecoder(strings.NewReader(plain))
	}
	d.CharsetReader = func(label string, from io.Reader) (io.Reader, error) {
		if declared.character != nil || utf8.Valid(text) {
			return from, nil // already decoded
		}
		raw, err := io.ReadAll(from)
		if err != nil {
			return nil, err
		}
		plain, fault := charsetOf(label).decode(string(raw))
		if fault != "" {
			return nil, errors.New(fault)
		}
		return strings.NewReader(plain), nil
	}
	fields := make(map[string]any)
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && len(fields) == 1:
			return fields, nil
		case errors.Is(err, io.EOF):
			return nil, faultAt(d, "this XML has no element")
		case err != nil:
			return nil, faultAt(d, xmlFault(err))
		}
		switch token := token.(type) {
		case xml.Directive:
			return nil, faultAt(d, "a document type (<!DOCTYPE …>) is not accepted: send the XML without it")
		case xml.StartElement:
			if len(fields) > 0 {
				return nil, faultAt(d, "a second outermost element: XML has one")
			}
			if strings.EqualFold(token.Name.Local, "html") {
				return nil, faultAt(d, "this is HTML, a page for a browser: send JSON, a form or XML")
			}
			value, err := readElement(d, token, 1)
			if err != nil {
				return nil, err
			}
			fields[token.Name.Local] = value
		}
	}
}

// readElement reads an element to its end.
func readElement(d *xml.Decoder, start xml.StartElement, depth int) (any, error) {
	if depth > maxElements {
		return nil, faultAt(d, fmt.Sprintf("elements nest deeper than %d levels", maxElements))
	}
	fields := make(map[string]any)
	for _, a := range start.Attr {
		if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
			fields["@"+a.Name.Local] = a.Value
		}
	}
	var text strings.Builder
	for {
		token, err := d.Token()
		if err != nil {
			return nil, faultAt(d, xmlFault(err))
		}
		switch token := token.(type) {
		case xml.Directive:
			return nil, faultAt(d, "a document type (<!DOCTYPE …>) is not accepted: send the XML without it")
		case xml.CharData:
			text.Write(token)
		case xml.StartElement:
			value, err := readElement(d, token, depth+1)
			if err != nil {
				return nil, err
			}
			add(fields, token.Name.Local, value)
		case xml.EndElement:
			plain := strings.TrimSpace(text.String())
			if len(fields) == 0 {
				return plain, nil
			}
			if plain != "" {
				fields["#text"] = plain
			}
			return fields, nil
		}
	}
}

// faultAt says where in the XML something is wrong.
func faultAt(d *xml.Decoder, message string) error {
	line, column := d.InputPos()
	return &jsonvalue.SyntaxError{Line: line, Column: column, Message: message}
}

// xmlFault describes an error of the library in words that quote nothing of the text.
func xmlFault(err error) string {
	var syntax *xml.SyntaxError
	if !errors.As(err, &syntax) {
		return "the XML cannot be read in its charset: send UTF-8"
	}
	switch {
	case strings.Contains(syntax.Msg, "unexpected EOF"):
		return "the XML ends too early"
	case strings.Contains(syntax.Msg, "closed by"), strings.Contains(syntax.Msg, "unexpected end element"):
		return "an element is closed by the wrong tag"
	case strings.Contains(syntax.Msg, "entity"):
		return "an & that begins no entity of XML's own: write it as &amp;"
	case strings.Contains(syntax.Msg, "UTF-8"), strings.Contains(syntax.Msg, "illegal character"):
		return "a character that XML does not accept"
	}
	return "the XML is not well formed"
}
