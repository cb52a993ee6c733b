package watch

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"time"

	"untag/internal/event"
	"untag/internal/zoho"
)

// ID returns the id of the channel of a source: always the same, so that enabling it again
// replaces it. It has 15 digits, which every JSON reader keeps.
func ID(source string) string {
	const least = 100_000_000_000_000
	h := fnv.New64a()
	_, _ = h.Write([]byte("untag " + source))
	return strconv.FormatUint(least+h.Sum64()%(9*least), 10)
}

// Of returns the channel that a source declares, without its URL and token.
func Of(s event.Source) zoho.Channel {
	return zoho.Channel{ID: ID(s.Name), Events: s.Watch.Events, Related: s.Watch.Related}
}

// State is what became of the notifications of a source.
type State struct {
	Source  string    `json:"source"`
	Channel string    `json:"channel_id"`
	Renewed bool      `json:"renewed"`
	Ends    time.Time `json:"ends"`
}

// Renewer renews the notifications of sources.
type Renewer struct {
	client  *zoho.Client
	sources []event.Source
}

// NewRenewer returns a Renewer for the sources that have a `watch`.
func NewRenewer(c *zoho.Client, sources []event.Source) *Renewer {
	r := &Renewer{client: c}
	for _, s := range sources {
		if len(s.Watch.Events) > 0 {
			r.sources = append(r.sources, s)
		}
	}
	return r
}

// Due reports whether a subscription that ends then has to be renewed: in the last third of
// its life.
func Due(c *zoho.Client, ends time.Time) bool { return time.Until(ends) <= c.ChannelLife()/3 }

// Renew renews the notifications that are due. One that fails does not keep others from being
// renewed; the error joins all failures.
func (r *Renewer) Renew(ctx context.Context) ([]State, error) {
	states := []State{}
	var failed []error
	for _, s := range r.sources {
		state, err := renew(ctx, r.client, s, false)
		if err != nil {
			failed = append(failed, fmt.Errorf("source %s: its notifications are not renewed: %w", s.Name, err))
			continue
		}
		states = append(states, state)
	}
	return states, errors.Join(failed...)
}

// errNone is returned for notifications that have ended or were never enabled.
var errNone = errors.New("there is no such subscription; run `untag watch enable`")

// Now renews the notifications of one source, although they may not be due.
func Now(ctx context.Context, c *zoho.Client, s event.Source) (State, error) {
	return renew(ctx, c, s, true)
}

func renew(ctx context.Context, c *zoho.Client, s event.Source, now bool) (State, error) {
	ch := Of(s)
	state := State{Source: s.Name, Channel: ch.ID}
	list, err := zoho.Channels(ctx, c, ch.ID)
	if err != nil {
		return state, err
	}
	if len(list) == 0 {
		return state, errNone
	}
	state.Ends = list[0].Expiry
	if !now && !Due(c, state.Ends) {
		return state, nil
	}
	state.Ends, err = zoho.Extend(ctx, c, ch)
	state.Renewed = err == nil
	return state, err
}
