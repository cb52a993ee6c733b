package zoho

import (
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"untag/internal/jsonvalue"
)

// maxText is how much of one text of an answer is kept, in bytes.
const maxText = 4 << 10

// The ways in which an answer is not what it should be, beside those of the JSON itself.
var (
	errNoObject = errors.New("not a JSON object")
	errTrailing = errors.New("something follows the JSON object")
)

// scanner reads the JSON of an answer token by token. What nobody asks for is passed
// over, so an answer takes little more memory than its longest text.
//
// It is lenient: a text that Zoho cut in the middle of an emoji must not hide the rest of
// an answer, and of a name that occurs twice the last counts.
type scanner struct {
	dec *jsontext.Decoder
	// token is kept out of every text, as a server may repeat what it was sent.
	token Token
}

func newScanner(r io.Reader, token Token) *scanner {
	return &scanner{jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)), token}
}

// over has the scanner read another text from its beginning.
func (s *scanner) over(r io.Reader) *scanner {
	s.dec.Reset(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return s
}

func (s *scanner) skip() error { return s.dec.SkipValue() }

// is reports whether the next value begins like this.
func (s *scanner) is(kind jsontext.Kind) bool { return s.dec.PeekKind() == kind }

// object calls member with each name of an object, to read the value that follows. The
// name is valid until then. Any other value is passed over.
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
			// What is left of its faults is broken UTF-8, which has been replaced.
			plain, _ := jsontext.AppendUnquote(nil, raw)
			return plain, nil
		}
	}
	return raw[1 : len(raw)-1], nil
}

// each calls element before each element of a list, or once before an object: Zoho's own
// examples have a single element without its list. Any other value is passed over.
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

// text reads a string or a number as text; any other value is passed over and "".
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
	text := s.token.hidden(string(plain))
	if len(text) > maxText {
		text = strings.Clone(text[:maxText]) // not a part that keeps all of it in memory
	}
	return strings.ToValidUTF8(text, "\ufffd"), nil
}

// boolean reads true; any other value is passed over and false.
func (s *scanner) boolean() (bool, error) {
	yes := s.is(jsontext.KindTrue)
	return yes, s.skip()
}

// scalar reads a value that is neither an object nor a list, with all of its text and
// every digit.
func (s *scanner) scalar() (any, error) {
	kind := s.dec.PeekKind()
	raw, err := s.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	switch kind {
	case jsontext.KindString:
		plain, _ := jsontext.AppendUnquote(nil, raw)
		return s.token.hidden(string(plain)), nil
	case jsontext.KindNumber:
		return jsonvalue.Number(string(raw)), nil
	case jsontext.KindTrue, jsontext.KindFalse:
		return kind == jsontext.KindTrue, nil
	}
	return nil, nil
}

// whole reads the object that an answer is, and sees that nothing follows.
func (s *scanner) whole(member func(name []byte) error) error {
	switch s.dec.PeekKind() {
	case jsontext.KindBeginObject:
	case jsontext.KindInvalid:
		_, err := s.dec.ReadToken() // gives the error that was met
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
