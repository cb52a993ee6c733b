package console

import (
	"strings"
	"sync"
	"unicode/utf8"

	"untag/internal/webhook"
)

// texts are what can be found of the entries that are kept, in lower case: a search by text reads
// all of them as one types. The zero value has none.
type texts struct {
	mu sync.Mutex
	of map[*Entry]string
}

// keep forgets all texts except those of entries.
func (t *texts) keep(entries []*Entry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	kept := make(map[*Entry]string, len(t.of))
	for _, e := range entries {
		if text, known := t.of[e]; known {
			kept[e] = text
		}
	}
	t.of = kept
}

// found reports whether an entry of the list has a text, in lower case.
func (c *Console) found(e *Entry, text string) bool {
	c.texts.mu.Lock()
	all, known := c.texts.of[e]
	c.texts.mu.Unlock()
	if !known {
		all = strings.ToLower(c.searchable(e))
		c.texts.mu.Lock()
		c.texts.of[e] = all
		c.texts.mu.Unlock()
	}
	return strings.Contains(all, text)
}

// has is like found for an entry that is new.
func (c *Console) has(e *Entry, text string) bool {
	return strings.Contains(strings.ToLower(c.searchable(e)), text)
}

// searchable returns what can be found of an entry: what its page can show of what the sender sent,
// and what was done with it. What the page hides cannot be found: a search would tell it one
// character after the other. A NUL is between the parts.
func (c *Console) searchable(e *Entry) string {
	parts := append([]string{e.Path, e.Source, e.Outcome, e.Reason}, e.Details...)
	sent, isHTTP := e.request()
	if !isHTTP {
		return strings.Join(append(parts, c.hideStored(string(e.Payload))), "\x00")
	}
	// A small body may be a large one that is compressed, which anyone may send.
	body := webhook.Bytes(bodyOf(sent))
	for name, value := range sent.Headers {
		if strings.EqualFold(name, "Content-Encoding") && !strings.EqualFold(value, "identity") {
			body = nil
		}
	}
	masked := c.mask(e, sent, body)
	hide := c.hider(sent, masked)
	parts = append(parts, hide(masked.RawQuery))
	if utf8.Valid(masked.Body) {
		parts = append(parts, hide(string(masked.Body)))
	}
	return strings.Join(parts, "\x00")
}
