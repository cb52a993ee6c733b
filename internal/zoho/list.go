package zoho

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"untag/internal/crmname"
	"untag/internal/jsonvalue"
)

const (
	// maxPage is how many records a page of a search has.
	maxPage = 200
	// bytesAValue limits how many values are read: one for this many bytes of the longest
	// answer. A field is a name and a value; a list of single digits would need many times
	// the memory of its text.
	bytesAValue = 32
)

// page reads the records of an answer.
type page struct {
	// fields are the fields to keep, nil for all.
	fields  map[string]bool
	records []Record
	// failed is the first element that is an error; broken says that some element is not a
	// record with an id.
	failed *element
	broken bool
	// most is how many elements there may be, left how many more values may be read.
	most, left int

	// part reads the text of one element.
	part *scanner
}

// list makes a call that is answered with records; 204 and an empty list mean none. It keeps
// only the named fields, or all if fields is nil.
func (c *Client) list(ctx context.Context, call call, fields []string) (_ SearchResult, err error) {
	defer func() { c.failed(err) }()
	var got *page
	a, failed := c.do(ctx, call, func() reader {
		got = &page{fields: wanted(fields), most: call.elements, left: call.most() / bytesAValue}
		return got
	})
	switch {
	case failed != nil:
		return SearchResult{}, failed
	case a.status == http.StatusNoContent:
		return SearchResult{}, nil
	case a.unread != nil:
		return SearchResult{}, a.unread
	case got.failed != nil:
		err := got.failed.error(call.operation, a, "")
		_, _, placed := got.failed.place(call.elements)
		err.split = err.split || placed || got.failed.id != ""
		return SearchResult{}, err
	case a.said.listed && !got.broken && a.ok():
		return SearchResult{Records: got.records, More: a.said.more}, nil
	}
	if failed := call.refused(a, ""); failed != nil {
		return SearchResult{}, failed
	}
	return SearchResult{}, unreadable(call.operation, a, "the answer has no records with ids")
}

// wanted returns the fields to keep. For Account_Name.id that is Account_Name.
func wanted(fields []string) map[string]bool {
	if len(fields) == 0 {
		return nil
	}
	set := map[string]bool{"id": true}
	for _, field := range fields {
		name, _, _ := strings.Cut(field, ".")
		set[name] = true
	}
	return set
}

// element reads an element of `data`: a record, or an error in its place.
func (p *page) element(s *scanner, a *said) error {
	raw, err := s.dec.ReadValue()
	if err != nil {
		return err
	}
	if a.data > p.most {
		return errTooMany
	}
	record, err := p.record(p.within(s, raw))
	if err != nil {
		return err
	}
	if id, ok := recordID(record["id"]); ok {
		record["id"] = id
		p.records = append(p.records, record)
		return nil
	}
	var e element
	if err := e.read(p.within(s, raw)); err != nil {
		return err
	}
	a.note(&e)
	if p.broken = true; p.failed == nil && e.code != "" && e.failed() {
		p.failed = e.copy()
	}
	return nil
}

// within returns a scanner over one value that another scanner has read.
func (p *page) within(s *scanner, raw []byte) *scanner {
	if p.part == nil {
		p.part = newScanner(bytes.NewBuffer(raw), s.token)
		return p.part
	}
	return p.part.over(bytes.NewBuffer(raw))
}

// record reads an object and keeps the wanted fields.
func (p *page) record(s *scanner) (Record, error) {
	record := make(Record)
	err := s.object(func(name []byte) error {
		if p.fields != nil && !p.fields[string(name)] {
			return s.skip()
		}
		field := string(name)
		value, err := p.value(s, 0)
		record[field] = value
		return err
	})
	return record, err
}

// These errors say why an answer is not a page of records.
var (
	errTooDeep = errors.New("nested too deep")
	errTooMany = errors.New("more records than were asked for")
)

// value reads any value. It is more lenient than jsonvalue.Decode; see scanner.
func (p *page) value(s *scanner, depth int) (any, error) {
	if p.left--; p.left < 0 {
		return nil, errTooLarge
	}
	if depth > jsonvalue.MaxDepth {
		return nil, errTooDeep
	}
	switch s.dec.PeekKind() {
	case jsontext.KindBeginObject:
		object := make(map[string]any)
		err := s.object(func(name []byte) (err error) {
			field := string(name)
			object[field], err = p.value(s, depth+1)
			return err
		})
		return object, err
	case jsontext.KindBeginArray:
		list := []any{}
		err := s.each(func() error {
			value, err := p.value(s, depth+1)
			list = append(list, value)
			return err
		})
		return list, err
	}
	return s.scalar()
}

func recordID(value any) (string, bool) {
	id, _ := value.(string)
	if n, ok := value.(int); ok {
		id = strconv.Itoa(n)
	}
	return id, crmname.CheckID(id) == nil
}
