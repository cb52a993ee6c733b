package zoho

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Channel is a subscription to notifications of the CRM.
type Channel struct {
	ID string
	// Events are such as Deals.edit; Zoho lists Deals.all as the operations that it means.
	Events []string
	// URL is where notifications go. Token comes back in their body, and is a secret.
	URL, Token string
	// Related says that changes of related records notify too.
	Related bool
	// Expiry is when the subscription ends.
	Expiry time.Time
}

// The limits of a channel, see
// https://www.zoho.com/crm/developer/docs/api/v8/notifications/enable.html.
const (
	MaxChannelToken = 50
	MaxNotifyURL    = 255
	// maxChannels is how many channels and modules an answer may list.
	maxChannels = 200
	// shortLife is a life that every version of the API grants, and long that of later
	// ones: an hour less than the limit, because Zoho ends a channel after an hour if its
	// clock says that it asks for more.
	shortLife = 23 * time.Hour
	longLife  = 7*24*time.Hour - time.Hour
	// inexact is how much earlier than asked for a channel may end.
	inexact = 5 * time.Minute
)

// ChannelLife returns how long a subscription lives: a day, from v4 on a week, less an hour.
func (c *Client) ChannelLife() time.Duration {
	if c.inQuery() || c.version == "v3" {
		return shortLife
	}
	return longLife
}

// wireChannel is a channel as Zoho writes it.
type wireChannel struct {
	ID      string   `json:"channel_id"`
	Events  []string `json:"events,omitempty"`
	URL     string   `json:"notify_url,omitempty"`
	Token   string   `json:"token,omitempty"`
	Expiry  string   `json:"channel_expiry,omitempty"`
	Related *bool    `json:"notify_on_related_action,omitempty"`
	// Values asks for the values of changed fields, without which no rule could read them.
	Values bool `json:"return_affected_field_values,omitempty"`
}

// Channels lists the subscriptions of the credential's user, or only the one with an id.
// Scope: ZohoCRM.notifications.READ. See
// https://www.zoho.com/crm/developer/docs/api/v8/notifications/get-details.html.
func Channels(ctx context.Context, c *Client, id string) ([]Channel, error) {
	query := ""
	if id != "" {
		query = "channel_id=" + url.QueryEscape(id)
	}
	read, _, err := c.elements(ctx, call{operation: "list notifications", method: http.MethodGet, path: "/actions/watch", query: query, elements: maxChannels, in: "watch"})
	if err != nil {
		return nil, err
	}
	var list []Channel
	for _, raw := range read {
		var one wireChannel
		if json.Unmarshal(raw, &one) != nil || id != "" && one.ID != id {
			continue
		}
		// A channel has an element for each of its modules.
		i := slices.IndexFunc(list, func(ch Channel) bool { return ch.ID == one.ID })
		if i < 0 {
			i = len(list)
			list = append(list, Channel{ID: one.ID, URL: one.URL, Token: one.Token, Related: one.Related != nil && *one.Related, Expiry: timeOf(one.Expiry)})
		}
		list[i].Events = append(list[i].Events, one.Events...)
	}
	return list, nil
}

// timeOf reads a time of Zoho's; the zero time if it is not one.
func timeOf(text string) time.Time {
	t, _ := time.Parse(time.RFC3339, text)
	return t
}

// ErrChannelTooShort is returned if Zoho ends a subscription much earlier than was asked for.
var ErrChannelTooShort = errors.New("zoho: the notifications end much earlier than was asked for: check the clock of this computer")

// Subscribe makes a subscription, or replaces the one with its id. It returns when it ends:
// Expiry is not used. Scope: ZohoCRM.notifications.ALL.
func Subscribe(ctx context.Context, c *Client, ch Channel, replace bool) (time.Time, error) {
	method := http.MethodPost
	if replace {
		method = http.MethodPut
	}
	return c.put(ctx, method, ch)
}

// Extend makes a subscription last, and returns its new end. Its Events and Related become
// those of ch; its URL and Token stay. See
// https://www.zoho.com/crm/developer/docs/api/v8/notifications/update-info.html.
func Extend(ctx context.Context, c *Client, ch Channel) (time.Time, error) {
	ch.URL, ch.Token = "", ""
	return c.put(ctx, http.MethodPatch, ch)
}

// put asks for the longest life. If Zoho does not grant it, it asks for one that every
// version grants: pages of the same version differ.
func (c *Client) put(ctx context.Context, method string, ch Channel) (time.Time, error) {
	var end time.Time
	for _, life := range []time.Duration{c.ChannelLife(), shortLife} {
		asked := time.Now().Add(life)
		var err error
		if end, err = c.putOnce(ctx, method, ch, asked); err != nil {
			return time.Time{}, err
		}
		if end.After(asked.Add(-inexact)) {
			return end, nil
		}
		if method == http.MethodPost {
			method = http.MethodPatch // there is a channel now
		}
	}
	return end, ErrChannelTooShort
}

func (c *Client) putOnce(ctx context.Context, method string, ch Channel, expiry time.Time) (time.Time, error) {
	const operation = "subscribe to notifications"
	text := expiry.UTC().Format("2006-01-02T15:04:05-07:00")
	body, err := json.Marshal(map[string]any{"watch": []wireChannel{{ID: ch.ID, Events: ch.Events, URL: ch.URL, Token: ch.Token, Expiry: text, Related: &ch.Related, Values: true}}})
	if err != nil {
		return time.Time{}, refused(operation, err)
	}
	list, _, err := c.elements(ctx, call{operation: operation, method: method, path: "/actions/watch", body: body, elements: maxChannels, in: "watch"})
	if err != nil {
		return time.Time{}, err
	}
	end := expiry.Truncate(time.Second)
	for _, raw := range list {
		var one struct {
			Details struct {
				Events []wireChannel `json:"events"`
			} `json:"details"`
		}
		if json.Unmarshal(raw, &one) != nil {
			continue
		}
		for _, e := range one.Details.Events {
			if t := timeOf(e.Expiry); !t.IsZero() && t.Before(end) {
				end = t
			}
		}
	}
	return end, nil
}

// Unsubscribe ends a subscription. Scope: ZohoCRM.notifications.ALL. See
// https://www.zoho.com/crm/developer/docs/api/v8/notifications/disable.html.
func Unsubscribe(ctx context.Context, c *Client, ids ...string) error {
	_, _, err := c.elements(ctx, call{
		operation: "end notifications", method: http.MethodDelete, path: "/actions/watch", query: "channel_ids=" + url.QueryEscape(strings.Join(ids, ",")),
		elements: maxChannels, in: "watch",
	})
	return err
}
