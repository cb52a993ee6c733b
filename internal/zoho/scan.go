package zoho

import (
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"untag/internal/jsonvalue"
	"untag/internal/zohoauth"
)

// maxText is how many bytes of one text of an answer are kept.
const maxText = 4 << 10

// These errors say what is wrong with an answer that is valid JSON.
var (
	errNoObject = errors.New("not a JSON object")
	errTrailing = errors.New("something follows the JSON object")
)

// scanner reads the JSON of an answer token by token and skips what is not asked for, so
// that an answer takes little more memory than its longest text.
//
// It is lenient: a text that Zoho cut in the middle of an emoji must not hide the rest of
// the answer, and if a name occurs twice, the last one counts.
type scanner struct {
	dec *jsontext.Decoder
	// token is kept out of every text, as a server may repeat what it was sent.
	token zohoauth.Token
}

func newScanner(r io.Reader, token zohoauth.Token) *scanner {
	return &scanner{jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)), token}
}

// over points the scanner at another text.
func (s *scanner) over(r io.Reader) *scanner {
	s.dec.Reset(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return s
}

func (s *scanner) skip() error { return s.dec.SkipValue() }

// is reports whether the next token is of a kind.
func (s *scanner) is(kind jsontext.Kind) bool { return s.dec.PeekKind() == kind }

// object calls member with each name of an object. member must read or skip the value; the
// name is not valid after that. A value that is not an object is skipped.
func (s *scanner) object(member func(name []byte) error) error {
	if !s.is(jsontext.KindBeginObject) {
		return s.skip()
	}
	if _, err := s.dec.ReadToken(); err != nil {
		return err
	}
	for !s.is(jsontext.KindEndObject) {
		name, err := s.name()
		if err != nil {
			return err
		}
		if err := member(name); err != nil {
			return err
		}
	}
	_, err := s.dec.ReadToken()
	return err
}

func (s *scanner) name() ([]byte, error) {
	raw, err := s.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	for _, c := range raw {
		if c == '\\' {
			// The only possible error here is broken UTF-8, which is replaced.
			plain, _ := jsontext.AppendUnquote(nil, raw)
			return plain, nil
		}
	}
	return raw[1 : len(raw)-1], nil
}

// each calls element before each element of a list, or once before an object: some of Zoho's
// examples show a single element without a list. Any other value is skipped.
func (s *scanner) each(element func() error) error {
	if s.is(jsontext.KindBeginObject) {
		return element()
	}
	if !s.is(jsontext.KindBeginArray) {
		return s.skip()
	}
	if _, err := s.dec.ReadToken(); err != nil {
		return err
	}
	for !s.is(jsontext.KindEndArray) {
		if err := element(); err != nil {
			return err
		}
	}
	_, err := s.dec.ReadToken()
	return err
}

// text reads a string or a number as text. It skips any other value and returns "".
func (s *scanner) text() (string, error) {
	number := s.is(jsontext.KindNumber)
	if !number && !s.is(jsontext.KindString) {
		return "", s.skip()
	}
	raw, err := s.dec.ReadValue()
	if err != nil {
		return "", err
	}
	if number {
		return string(raw[:min(len(raw), maxText)]), nil
	}
	plain, _ := jsontext.AppendUnquote(nil, raw)
	text := s.token.Hide(string(plain))
	if len(text) > maxText {
		text = strings.Clone(text[:maxText]) // a slice of it would keep all of it in memory
	}
	return strings.ToValidUTF8(text, "\ufffd"), nil
}

// string reads a string. It skips any other value.
func (s *scanner) string(into *string) (err error) {
	if !s.is(jsontext.KindString) {
		return s.skip()
	}
	*into, err = s.text()
	return err
}

// boolean reads a boolean. It skips any other value and returns false.
func (s *scanner) boolean() (bool, error) {
	yes := s.is(jsontext.KindTrue)
	return yes, s.skip()
}

// scalar reads a value that is neither an object nor a list, in full.
func (s *scanner) scalar() (any, error) {
	kind := s.dec.PeekKind()
	raw, err := s.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	switch kind {
	case jsontext.KindString:
		plain, _ := jsontext.AppendUnquote(nil, raw)
		return s.token.Hide(string(plain)), nil
	case jsontext.KindNumber:
		return jsonvalue.Number(string(raw)), nil
	case jsontext.KindTrue, jsontext.KindFalse:
		return kind == jsontext.KindTrue, nil
	}
	return nil, nil
}

// whole reads an object, after which nothing may follow.
func (s *scanner) whole(member func(name []byte) error) error {
	switch s.dec.PeekKind() {
	case jsontext.KindBeginObject:
	case jsontext.KindInvalid:
		_, err := s.dec.ReadToken() // returns the error that the decoder met
		return err
	default:
		return errNoObject
	}
	if err := s.object(member); err != nil {
		return err
	}
	if _, err := s.dec.ReadToken(); err == nil {
		return errTrailing
	} else if !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}
