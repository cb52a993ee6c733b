package watchlist

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"untag/internal/event"
	"untag/internal/terminal"
	"untag/internal/watch"
	"untag/internal/zoho"
)

// Entry is a subscription that the rules file declares, and what Zoho says of it.
type Entry struct {
	Source  string   `json:"source"`
	Channel string   `json:"channel_id"`
	Events  []string `json:"events"`
	// State is enabled, due, changed or missing.
	State string     `json:"state"`
	URL   string     `json:"url,omitempty"`
	Ends  *time.Time `json:"ends,omitempty"`
}

// The states of a subscription.
const (
	Enabled = "enabled"
	Due     = "due"     // it ends soon
	Changed = "changed" // the rules file names other events than Zoho
	Missing = "missing"
)

// Read returns an entry for each source that declares a subscription.
func Read(ctx context.Context, c *zoho.Client, sources []event.Source) ([]Entry, error) {
	list := []Entry{}
	for _, s := range sources {
		if len(s.Watch.Events) == 0 {
			continue
		}
		e := Entry{Source: s.Name, Channel: watch.ID(s.Name), Events: s.Watch.Events, State: Missing}
		channels, err := zoho.Channels(ctx, c, e.Channel)
		if err != nil {
			return nil, err
		}
		if len(channels) > 0 {
			ch := channels[0]
			e.State, e.URL, e.Ends = Enabled, watch.Shown(ch.URL), &ch.Expiry
			switch {
			case !same(s.Watch.Events, ch.Events):
				e.State = Changed
			case watch.Due(c, ch.Expiry):
				e.State = Due
			}
		}
		list = append(list, e)
	}
	return list, nil
}

// same reports whether two lists are the same events; Zoho writes Deals.all as what it means.
func same(declared, has []string) bool {
	return slices.Equal(spelledOut(declared), spelledOut(has))
}

func spelledOut(events []string) []string {
	var all []string
	for _, e := range events {
		module, found := strings.CutSuffix(e, ".all")
		if !found {
			all = append(all, e)
			continue
		}
		all = append(all, module+".create", module+".edit", module+".delete")
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// PrintJSON writes the entries as one line of JSON.
func PrintJSON(w io.Writer, list []Entry) error { return json.NewEncoder(w).Encode(list) }

// Print writes the entries for people.
func Print(w io.Writer, list []Entry) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "no source of the rules file has a `watch`")
		return err
	}
	for _, e := range list {
		text := fmt.Sprintf("%s  %s  %s", e.State, e.Source, strings.Join(e.Events, ", "))
		if e.Ends != nil {
			text += fmt.Sprintf("  until %s  %s", e.Ends.UTC().Format("2006-01-02 15:04 MST"), e.URL)
		}
		if hint := hints[e.State]; hint != "" {
			text += "  (" + hint + ")"
		}
		if _, err := fmt.Fprintln(w, terminal.Clean(text)); err != nil {
			return err
		}
	}
	return nil
}

// hints say what to do about a state.
var hints = map[string]string{
	Due:     "the schedule renews it; `untag watch renew` does so now",
	Changed: "Zoho has other events than the rules file; run `untag watch enable`",
	Missing: "run `untag watch enable`",
}
