package webhook

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"untag/internal/sender"
)

// maxItems is the maximum number of signatures of a request.
const maxItems = 100

// name returns words that name a place.
func (p *proof) name(at sender.Place) string {
	switch {
	case len(at.Headers) > 0:
		return "header " + p.header(at)
	case at.Query != "":
		return "query parameter " + at.Query
	case at.Form != "":
		return "form field " + at.Form
	case at.JSON != nil:
		return "`" + at.JSON.String() + "` in the body"
	}
	return "place"
}

// header returns the name of a place's header in the family of headers that the request has.
func (p *proof) header(at sender.Place) string {
	if p.family < len(at.Headers) {
		return at.Headers[p.family]
	}
	return at.Headers[0]
}

// repeats reports whether a place may have several values. A header that is a list may be
// sent as several headers; HTTP gives them the same meaning.
func repeats(at sender.Place) bool { return at.To > 0 || at.List == "," }

// values returns what a request has in a place, before the place's prefix and list.
func (p *proof) values(at sender.Place) ([]string, error) {
	switch {
	case at.To > 0 && len(at.Headers) > 0:
		return p.numbered(at)
	case len(at.Headers) > 0:
		return valuesOf(p.req.Header, p.header(at)), nil
	case at.Query != "":
		return queryValues(p.req.RawQuery, at.Query), nil
	case at.Form != "":
		return p.formValues(at.Form)
	case at.JSON != nil:
		text, found, err := p.jsonText(at.JSON)
		if err != nil || !found {
			return nil, err
		}
		return []string{text}, nil
	}
	return nil, nil
}

// numbered returns the values of headers whose names count, such as X-Signature-1 and
// X-Signature-2.
func (p *proof) numbered(at sender.Place) ([]string, error) {
	before, after, found := strings.Cut(p.header(at), "{n}")
	if !found {
		return p.req.Header.Values(p.header(at)), nil
	}
	numbers := make(map[int]string)
	for name, values := range p.req.Header {
		n := numberIn(name, before, after)
		switch {
		case n < 1 || n > min(at.To, maxItems) || len(values) == 0:
		case len(values) > 1:
			return nil, refusal("more than one header " + before + strconv.Itoa(n) + after)
		default:
			numbers[n] = values[0]
		}
	}
	var all []string
	for _, n := range slices.Sorted(maps.Keys(numbers)) {
		all = append(all, numbers[n])
	}
	return all, nil
}

// numberIn returns the number in the name of a header, 0 if it has none.
func numberIn(name, before, after string) int {
	digits := len(name) - len(before) - len(after)
	if digits < 1 || !strings.EqualFold(name[:len(before)], before) || !strings.EqualFold(name[len(before)+digits:], after) {
		return 0
	}
	text := name[len(before) : len(before)+digits]
	n, err := strconv.Atoi(text)
	if err != nil || strconv.Itoa(n) != text {
		return 0
	}
	return n
}

// items returns the values of a place without its prefix; those of a list one by one.
func (p *proof) items(at sender.Place) ([]string, error) {
	values, err := p.values(at)
	if err != nil {
		return nil, err
	}
	if len(values) > 1 && !repeats(at) {
		return nil, refusal("more than one " + p.name(at))
	}
	var all []string
	for _, value := range values {
		if value == "" {
			continue
		}
		if all, err = p.split(all, at, value); err != nil {
			return nil, err
		}
	}
	if len(all) > maxItems {
		return nil, refusal(fmt.Sprintf("%s has more than %d values", p.name(at), maxItems))
	}
	return all, nil
}

// split appends the items of a value. In a list, it skips items without the prefix or the key;
// a single value must have them.
func (p *proof) split(all []string, at sender.Place, value string) ([]string, error) {
	if at.Scheme != "" {
		rest, found := cutScheme(value, at.Scheme+" ")
		if !found {
			return nil, refusal(p.name(at) + " does not begin with " + strconv.Quote(at.Scheme+" "))
		}
		value = rest
	}
	if at.List == "" {
		rest, found := cutPrefix(at, value)
		if found {
			rest, found = cutKey(at, rest)
		}
		if !found {
			return nil, refusal(p.name(at) + " does not begin with " + strconv.Quote(at.Prefix+keyOf(at)))
		}
		if rest == "" {
			return nil, refusal("nothing follows " + strconv.Quote(at.Prefix+keyOf(at)) + " in " + p.name(at))
		}
		return append(all, rest), nil
	}
	position := 0
	for item := range strings.SplitSeq(value, at.List) {
		position++
		if at.Item > 0 && position != at.Item || at.From > 0 && position < at.From {
			continue
		}
		item = strings.Trim(item, " \t")
		rest, found := cutPrefix(at, item)
		if found {
			rest, found = cutKey(at, rest)
		}
		if found && rest != "" {
			all = append(all, rest)
		}
	}
	return all, nil
}

// keyOf returns what precedes the value of an item with a key.
func keyOf(at sender.Place) string {
	if at.Key == "" {
		return ""
	}
	if at.Separator == "" {
		return at.Key + "="
	}
	return at.Key + at.Separator
}

func cutPrefix(at sender.Place, item string) (rest string, found bool) {
	rest, found = strings.CutPrefix(item, at.Prefix)
	return rest, found || at.Bare
}

func cutKey(at sender.Place, item string) (rest string, found bool) {
	return strings.CutPrefix(item, keyOf(at))
}

// candidates returns the signatures or tokens of a request, at least one.
func (p *proof) candidates() ([]string, error) {
	at := p.verify.Signature
	all, err := p.items(at)
	switch {
	case err != nil:
		return nil, err
	case len(all) > 0:
		return all, nil
	}
	if values, _ := p.values(at); len(values) > 0 && values[0] != "" {
		return nil, refusal(p.name(at) + " has no item " + strconv.Quote(at.Prefix+keyOf(at)))
	}
	return nil, refusal("no " + p.name(at))
}

// only returns the one value of a place, "" if there is none.
func (p *proof) only(at sender.Place) (string, error) {
	all, err := p.items(at)
	switch {
	case err != nil || len(all) == 0:
		return "", err
	case len(all) > 1:
		return "", refusal("more than one " + p.name(at))
	}
	return all[0], nil
}
