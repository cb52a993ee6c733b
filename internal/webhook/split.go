package webhook

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"untag/internal/event"
	"untag/internal/jsonvalue"
	"untag/internal/sender"
)

// MaxEvents is how many events a request may have.
const MaxEvents = 1000

// split returns a delivery for each event of a verified delivery. Each has the event as its
// body, so that it can be stored and parsed like any other.
func split(from event.Source, proven credentials, d event.Delivery) ([]event.Delivery, error) {
	at := from.Events
	if at.Each == nil && at.Form == "" {
		doc, err := jsonText(d)
		switch {
		case err != nil:
			return nil, splitError(d.Source, err)
		case isCloudBatch(d, doc):
			at = cloudEvents(at)
		case at.ID == nil && isNotification(from, d, doc):
			return splitNotification(d, doc)
		default:
			d.DeliveryID = cmp.Or(idAt(doc, at.ID), d.DeliveryID)
			return []event.Delivery{d}, nil
		}
	}
	doc, err := eventsDocument(at, d)
	if err != nil {
		return nil, splitError(d.Source, err)
	}
	if at.Form != "" {
		doc = proven.withoutPaths(doc)
	}
	if at.Each == nil {
		return []event.Delivery{part(d, doc, at.ID, 0)}, nil
	}
	elements, err := elementsAt(doc, at.Each)
	if err != nil {
		return nil, splitError(d.Source, err)
	}
	return parts(d, elements, at.ID), nil
}

// parts returns the deliveries of several events.
func parts(d event.Delivery, elements []jsonvalue.Raw, id sender.Path) []event.Delivery {
	list := make([]event.Delivery, len(elements))
	for i, element := range elements {
		list[i] = part(d, element, id, i+1)
	}
	return list
}

var errTooMany = fmt.Errorf("more than %d events in one request", MaxEvents)

func splitError(source string, err error) error {
	switch {
	case errors.Is(err, errTooMany), errors.Is(err, errCopies):
		return &Error{Kind: TooLarge, Source: source, Reason: err.Error(), Err: err}
	case errors.Is(err, errInflated):
		return &Error{Kind: TooLarge, Source: source, Reason: tooLarge, Err: err}
	}
	return malformed(source, "the body", err)
}

// eventsDocument returns the JSON that holds the events, checked to be valid.
func eventsDocument(at sender.Events, d event.Delivery) (jsonvalue.Raw, error) {
	text, err := jsonText(d)
	if err != nil {
		return nil, err
	}
	if at.Form != "" && !looksLikeJSON(text) {
		d.ContentType = formType(d.ContentType)
		// Without those of GitHub, whose forms are different.
		d.Headers = map[string]string{contentEncodingHeader: d.Headers[contentEncodingHeader]}
		content, err := parseBody(d)
		if err != nil {
			return nil, err
		}
		field, ok := content.fields[at.Form].(string)
		if !ok {
			return nil, fmt.Errorf("the form must have one field `%s` that holds JSON, but this one does not", at.Form)
		}
		text = []byte(field)
	}
	if _, err := jsonvalue.Decode(text); err != nil {
		return nil, err
	}
	return jsonvalue.Raw(bytes.TrimSpace(text)), nil
}

// jsonText returns a body as it is to be read if it is JSON: decompressed, and in UTF-8.
func jsonText(d event.Delivery) (jsonvalue.Raw, error) {
	body, err := decompressed(d.Headers[contentEncodingHeader], d.Body)
	if err != nil {
		return nil, err
	}
	text := utf8Of(body)
	if !looksLikeJSON(text) {
		return text, nil
	}
	return charsetOf(typeOf(d.ContentType).parameters["charset"]).jsonText(text), nil
}

func looksLikeJSON(text []byte) bool {
	start := bytes.TrimLeft(text, blanks)
	return len(start) > 0 && (start[0] == '{' || start[0] == '[')
}

// formType returns the content type of a form, also for one that its sender does not name.
func formType(declared string) string {
	if declared == "" {
		return "application/x-www-form-urlencoded"
	}
	return declared
}

// elementsAt returns the elements at a path, all of them objects.
func elementsAt(doc jsonvalue.Raw, path sender.Path) ([]jsonvalue.Raw, error) {
	type placed struct {
		value jsonvalue.Raw
		place string
	}
	found := []placed{{doc, ""}}
	for _, step := range path {
		var next []placed
		for _, at := range found {
			if !step.Every {
				if kindOf(at.value) != jsontext.KindBeginObject {
					return nil, errors.New(where(at.place) + " is not an object")
				}
				before := len(next)
				for name := range strings.SplitSeq(step.Member, sender.Or) {
					if member := at.value.Member(name); member != nil {
						next = append(next, placed{member, joined(at.place, name)})
					}
				}
				if len(next) == before {
					return nil, fmt.Errorf("no `%s`: the events of this source are in `%s`", joined(at.place, step.Member), path)
				}
				continue
			}
			list, err := at.value.List()
			if err != nil {
				return nil, errors.New(where(at.place) + " is not a list")
			}
			if len(next)+len(list) > MaxEvents {
				return nil, errTooMany
			}
			for i, element := range list {
				next = append(next, placed{element, fmt.Sprintf("%s[%d]", at.place, i)})
			}
		}
		found = next
	}
	elements := make([]jsonvalue.Raw, len(found))
	for i, at := range found {
		switch kindOf(at.value) {
		case jsontext.KindBeginObject:
			elements[i] = at.value
		case jsontext.KindBeginArray:
			return nil, fmt.Errorf("%s is a list: write [] behind `each: %s` in the rules file", where(at.place), path)
		default:
			return nil, errors.New(where(at.place) + " is not an object, and an event must be one")
		}
	}
	return elements, nil
}

func kindOf(value jsonvalue.Raw) jsontext.Kind { return jsontext.Value(value).Kind() }

func joined(place, member string) string {
	if place == "" {
		return member
	}
	return place + "." + member
}

func where(place string) string {
	if place == "" {
		return "the outermost value"
	}
	return "`" + place + "`"
}

// part returns the delivery of one event. number is its position among the events of the
// request, from 1, or 0 if it is the only one that there can be.
func part(d event.Delivery, element jsonvalue.Raw, id sender.Path, number int) event.Delivery {
	one := d
	one.ContentType = "application/json"
	one.Body = bytes.Clone(element)
	one.Headers = make(map[string]string, len(d.Headers))
	for name, value := range d.Headers {
		if name != contentEncodingHeader && name != "content-type" && name != "content-length" {
			one.Headers[name] = value
		}
	}
	own := idAt(element, id)
	if number > 0 {
		one.ID = rand.Text()
		if own == "" && d.DeliveryID != "" {
			own = identifier(fmt.Sprintf("%s#%d", d.DeliveryID, number))
		}
		one.DeliveryID = own
	} else if own != "" {
		one.DeliveryID = own
	}
	return one
}

// idAt returns the identifier at a path, "" if there is none.
func idAt(element jsonvalue.Raw, at sender.Path) string {
	if at == nil {
		return ""
	}
	values, complete := valuesAt(element, at)
	if !complete || len(values) != 1 {
		return ""
	}
	text, _ := scalarText(values[0])
	return identifier(text)
}
