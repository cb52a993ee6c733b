package explain

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"

	"untag/internal/terminal"
)

// withoutEvents is a request that no rule sees, as it is shown: a handshake, or a list of
// events that is empty.
type withoutEvents struct {
	Source    string     `json:"source"`
	Verified  string     `json:"verified"`
	Handshake *handshake `json:"handshake,omitempty"`
	Events    []string   `json:"events"` // always empty
}

// handshake is the answer to a request that confirms the URL.
type handshake struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

func newWithoutEvents(r Reading) withoutEvents {
	out := withoutEvents{Source: r.Source, Verified: r.Verified, Events: []string{}}
	if r.Reply != nil {
		out.Handshake = &handshake{r.Reply.Status, r.Reply.Header, r.Reply.Body}
	}
	return out
}

func (e withoutEvents) show(w io.Writer, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(e)
	}
	p := &terminal.Page{}
	p.Line(0, "source    ", e.Source)
	p.Line(0, "verified  ", verifiedText(e.Verified))
	if e.Handshake == nil {
		p.Heading("events")
		p.Line(2, "", "none: the request has no events, so no rule sees it and nothing is done")
	} else {
		e.Handshake.print(p)
	}
	_, err := io.WriteString(w, p.String())
	return err
}

func (h handshake) print(p *terminal.Page) {
	p.Heading("handshake")
	p.Line(2, "", "The sender asks whether the URL is yours. No rule sees the request, and nothing is removed.")
	p.Line(2, "answer  ", fmt.Sprintf("%d %s", h.Status, http.StatusText(h.Status)))
	for _, name := range slices.Sorted(maps.Keys(h.Headers)) {
		p.Line(2, "header  ", name+": "+h.Headers[name])
	}
	p.Long(2, "body    "+terminal.OrDash(h.Body))
}
