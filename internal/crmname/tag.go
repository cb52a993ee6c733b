package crmname

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxTag is the maximum number of characters of a tag's name in Zoho CRM.
const MaxTag = 25

// CheckTag returns what is wrong with a tag's name, which must have 1 to 25
// characters, no comma (in API v2 it would name a second tag), no < or >, no emoji,
// no control character, and no white space at either end.
func CheckTag(tag string) error {
	if !utf8.ValidString(tag) {
		return fmt.Errorf("the tag %q is not valid UTF-8", tag)
	}
	if n := utf8.RuneCountInString(tag); n == 0 {
		return fmt.Errorf("the tag's name is empty")
	} else if n > MaxTag {
		return fmt.Errorf("the tag %q has %d characters, but the limit is %d", shorten(tag), n, MaxTag)
	}
	if strings.TrimSpace(tag) != tag {
		return fmt.Errorf("the tag %q has white space at its start or end", tag)
	}
	for _, r := range tag {
		switch {
		case r == ',', r == '<', r == '>':
			return fmt.Errorf("the tag %q has a %q, which is not allowed in a tag", tag, r)
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return fmt.Errorf("the tag %q has a control character, which is not allowed in a tag", tag)
		case isEmoji(r):
			return fmt.Errorf("the tag %q has an emoji, which is not allowed in a tag", tag)
		}
	}
	return nil
}

// shorten keeps a message readable if an event put a long text into a name.
func shorten(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// isEmoji reports whether r is a pictograph, a dingbat, or a character that joins or
// varies them. Signs that are text by default, such as © and ™, are not emoji.
func isEmoji(r rune) bool {
	switch {
	case r >= 0x1F000 && r <= 0x1FAFF, r >= 0x2600 && r <= 0x27BF:
		return true
	case r >= 0x2B00 && r <= 0x2BFF, r >= 0x231A && r <= 0x231B, r >= 0x23E9 && r <= 0x23FA:
		return true
	case r == 0x200D, r == 0xFE0F, r == 0x20E3, r >= 0xE0000 && r <= 0xE007F:
		return true
	}
	return false
}

// TagsOf returns the names of a record's tags, as a read of the CRM has them under Tag: texts in
// API v2, objects with a name from v2.1 on. It returns nil if there are none.
func TagsOf(record map[string]any) (names []string) {
	list, _ := record["Tag"].([]any)
	for _, item := range list {
		switch tag := item.(type) {
		case string:
			names = append(names, tag)
		case map[string]any:
			if name, ok := tag["name"].(string); ok {
				names = append(names, name)
			}
		}
	}
	return names
}
