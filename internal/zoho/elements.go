package zoho

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
)

// elements reads the elements of a list as JSON, for answers that are not about records.
type elements struct {
	list []json.RawMessage
	most int
	// failed is the first element that is an error.
	failed *element
}

func (l *elements) element(s *scanner, a *said) error {
	raw, err := s.dec.ReadValue()
	if err != nil {
		return err
	}
	if a.data > l.most {
		return errTooMany
	}
	var e element
	if err := e.read(newScanner(bytes.NewReader(raw), s.token)); err != nil {
		return err
	}
	a.note(&e)
	if e.code == "" || !e.failed() {
		l.list = append(l.list, bytes.Clone(raw))
	} else if l.failed == nil {
		l.failed = e.copy()
	}
	return nil
}

// elements makes a call that is answered with the list that call.in names, and returns its
// elements that are not errors, and the first that is; 204 means none. more says that there
// are further pages.
func (c *Client) elements(ctx context.Context, call call) (list []json.RawMessage, more bool, err error) {
	var got *elements
	a, failed := c.do(ctx, call, func() reader { got = &elements{most: call.elements}; return got })
	switch {
	case failed != nil:
		return nil, false, failed
	case a.status == http.StatusNoContent:
		return nil, false, nil
	case a.unread != nil:
		return nil, false, a.unread
	case got.failed != nil:
		return got.list, false, got.failed.error(call.operation, a, "")
	case a.said.listed && a.ok():
		return got.list, a.said.more, nil
	}
	if failed := call.refused(a, ""); failed != nil {
		return nil, false, failed
	}
	return nil, false, unreadable(call.operation, a, "the answer has no `"+call.in+"`")
}
