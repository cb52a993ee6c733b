package zoho

import (
	"fmt"
	"slices"
	"strings"
)

// Kept is a tag that the record still has although Zoho reported success.
type Kept struct {
	// Tag is the tag as the call named it.
	Tag string
	// Err is the error for it, with both spellings.
	Err *Error
}

// askedTags are the tags to remove, each with what its spellings have in common.
type askedTags []struct{ tag, common string }

func asked(tags []string) askedTags {
	list := make(askedTags, len(tags))
	for i, tag := range tags {
		list[i].tag, list[i].common = tag, common(tag)
	}
	return list
}

// common returns a form of a tag that is the same for all encodings of its letters, without
// the white space around it. It keeps the case.
func common(tag string) string { return compose(strings.TrimSpace(tag)) }

// spelling is a tag to remove, and how the record spells it.
type spelling struct{ asked, has string }

// among appends to list the tags to remove that equal a tag of the record in any spelling or
// case, each once.
func (t askedTags) among(tag string, list []spelling) []spelling {
	has := common(tag)
	for _, a := range t {
		if strings.EqualFold(a.common, has) && !slices.ContainsFunc(list, func(s spelling) bool { return s.asked == a.tag }) {
			list = append(list, spelling{a.tag, tag})
		}
	}
	return list
}

// keptTags returns an error for each tag that a success left on the record.
func keptTags(a answer, e *element, record string) []Kept {
	var list []Kept
	for _, s := range e.kept {
		message := fmt.Sprintf("Zoho reported success, but the record still has the tag %q", s.has)
		if s.has != s.asked {
			message += fmt.Sprintf(", and the rule removes %q: write the tag in the rule exactly as the CRM spells it", s.asked)
		}
		list = append(list, Kept{s.asked, &Error{
			Operation: removing().operation, Status: a.status, Code: CodeTagRemains, Record: record, Message: shorten(message, maxMessage),
		}})
	}
	return list
}
