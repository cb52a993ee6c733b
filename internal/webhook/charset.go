package webhook

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"untag/internal/jsonvalue"
)

// charset is how the bytes of a text are read. The zero value is UTF-8.
type charset struct {
	// character reads a charset with one byte per character; nil for UTF-8.
	character func(byte) rune
	// unknown means that the charset is not supported.
	unknown bool
	// declarable means that the sender can declare another charset.
	declarable bool
}

const (
	brokenText  = jsonvalue.BrokenUTF8 + ": send UTF-8, or declare the charset in the Content-Type header, such as charset=windows-1252"
	unknownText = "a character in a charset that is not supported: send UTF-8, windows-1252, iso-8859-1 or iso-8859-15"
)

// charsetOf returns the charset of a body whose content type has this label. As in HTML,
// iso-8859-1 means windows-1252, which has characters where iso-8859-1 has none.
func charsetOf(label string) charset {
	c := charset{declarable: true}
	switch strings.ReplaceAll(strings.ToLower(strings.Trim(label, ` '"`)), "_", "-") {
	case "", "utf-8", "utf8", "unicode-1-1-utf-8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be":
		// UTF-16 is recognized by its bytes: many senders that declare it send UTF-8.
	case "windows-1252", "windows1252", "cp1252", "x-cp1252", "iso-8859-1", "iso8859-1", "iso88591", "iso-8859-1:1987",
		"iso-ir-100", "latin1", "latin-1", "l1", "cp819", "ibm819", "csisolatin1":
		c.character = windows1252
	case "iso-8859-15", "iso8859-15", "iso885915", "latin9", "latin-9", "l9", "csisolatin9":
		c.character = latin9
	default:
		c.unknown = true
	}
	return c
}

// windows1252 differs from the first 256 characters of Unicode in 32. The tables are here
// because golang.org/x/text links those of forty charsets; a test compares them with it.
func windows1252(b byte) rune {
	if b < 0x80 || b > 0x9f {
		return rune(b)
	}
	return [...]rune{
		'€', utf8.RuneError, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', utf8.RuneError, 'Ž', utf8.RuneError,
		utf8.RuneError, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', utf8.RuneError, 'ž', 'Ÿ',
	}[b-0x80]
}

// latin9 is iso-8859-15, which differs from Unicode in eight characters and lacks 32.
func latin9(b byte) rune {
	if b >= 0x80 && b <= 0x9f {
		return utf8.RuneError
	}
	switch b {
	case 0xa4:
		return '€'
	case 0xa6:
		return 'Š'
	case 0xa8:
		return 'š'
	case 0xb4:
		return 'Ž'
	case 0xb8:
		return 'ž'
	case 0xbc:
		return 'Œ'
	case 0xbd:
		return 'œ'
	case 0xbe:
		return 'Ÿ'
	}
	return rune(b)
}

// decode reads a text. In an unknown charset it accepts only printable ASCII and white
// space, which are the same in all charsets in use.
func (c charset) decode(raw string) (text, fault string) {
	switch {
	case c.unknown:
		if strings.ContainsFunc(raw, func(r rune) bool { return r >= utf8.RuneSelf || r < ' ' && !strings.ContainsRune("\t\r\n", r) }) {
			return "", unknownText
		}
	case c.character != nil:
		var plain strings.Builder
		plain.Grow(len(raw))
		for i := range len(raw) {
			plain.WriteRune(c.character(raw[i]))
		}
		return plain.String(), ""
	case !utf8.ValidString(raw):
		return "", c.broken()
	}
	return raw, ""
}

// broken returns the fault of a text that is not UTF-8.
func (c charset) broken() string {
	switch {
	case c.unknown:
		return unknownText
	case c.declarable:
		return brokenText
	}
	return jsonvalue.BrokenUTF8
}

// jsonText returns JSON in UTF-8. By its standard it is UTF-8 regardless of the declared charset,
// which therefore counts only if the text is not UTF-8.
func (c charset) jsonText(text []byte) []byte {
	if c.character == nil || utf8.Valid(text) {
		return text
	}
	plain, _ := c.decode(string(text))
	return []byte(plain)
}

func (c charset) decodeJSON(text []byte) (any, error) {
	value, err := jsonvalue.Decode(c.jsonText(text))
	var syntax *jsonvalue.SyntaxError
	if errors.As(err, &syntax) && syntax.Message == jsonvalue.BrokenUTF8 {
		syntax.Message = c.broken()
	}
	return value, err
}

// utf8Of removes a byte order mark, and converts a text to UTF-8 if it begins as UTF-16
// does: with such a mark, or with a bracket of JSON and a zero byte.
func utf8Of(text []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("{\x00")), bytes.HasPrefix(text, []byte("[\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(text, []byte("\xfe\xff")), bytes.HasPrefix(text, []byte("\x00{")), bytes.HasPrefix(text, []byte("\x00[")):
		order = binary.BigEndian
	default:
		return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	}
	units := make([]uint16, 0, len(text)/2+1)
	for ; len(text) > 1; text = text[2:] {
		units = append(units, order.Uint16(text))
	}
	if len(text) > 0 {
		units = append(units, utf8.RuneError) // half a character
	}
	return []byte(strings.TrimPrefix(string(utf16.Decode(units)), "\ufeff"))
}
