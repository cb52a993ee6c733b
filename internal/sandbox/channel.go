package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The limits of a subscription.
const (
	maxChannels     = 50
	maxChannelToken = 50
	maxNotifyURL    = 255
	maxEvents       = 50
	// A channel ends after shortChannel if it asks for no end, or for one that is too late.
	shortChannel = time.Hour
	longChannel  = 24 * time.Hour
	weekChannel  = 7 * 24 * time.Hour
)

var noChannel = refusal{http.StatusBadRequest, "INVALID_DATA", "the channel_id is not subscribed"}

// longest returns how far away the end of a channel may be.
func (c call) longest() time.Duration {
	if c.inQuery() || c.version == "v3" {
		return longChannel
	}
	return weekChannel
}

// channelReader reads one element of "watch".
type channelReader struct {
	given map[string]json.RawMessage
	at    int
	wrong *outcome
}

func (r *channelReader) refuse(re refusal, name string, details ...any) {
	if r.wrong == nil {
		r.wrong = new(re.with(append([]any{"api_name", name, "json_path", fmt.Sprintf("$.watch[%d].%s", r.at, name)}, details...)...))
	}
}

// read reads a member. It returns false if there is none.
func (r *channelReader) read(name, kind string, into any) bool {
	value, there := r.given[name]
	if !there || string(value) == "null" {
		return false
	}
	if json.Unmarshal(value, into) != nil {
		r.refuse(invalidData, name, "expected_data_type", kind)
		return false
	}
	return true
}

// readChannel returns the channel that an element of "watch" asks for: a new one (POST), one
// with all of its details replaced (PUT), or with some of them changed (PATCH).
func (sb *Sandbox) readChannel(c call, at int, given map[string]json.RawMessage) (*Channel, *outcome) {
	r := &channelReader{given: given, at: at}
	id := r.id()
	if r.wrong != nil {
		return nil, r.wrong
	}
	known := sb.channel(id)
	if known == nil && c.method != http.MethodPost {
		return nil, new(noChannel.with("api_name", "channel_id", "json_path", fmt.Sprintf("$.watch[%d].channel_id", at)))
	}
	ch := &Channel{ID: id, Related: true}
	if c.method == http.MethodPatch {
		*ch = *known
	}
	sb.readEvents(c, r, ch)
	if r.read("notify_url", "website", &ch.URL) {
		u, err := url.Parse(ch.URL)
		switch {
		case utf8.RuneCountInString(ch.URL) > maxNotifyURL:
			r.refuse(invalidData, "notify_url", "maximum_length", maxNotifyURL)
		case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
			r.refuse(invalidData, "notify_url", "expected_data_type", "website")
		}
	} else if c.method != http.MethodPatch {
		r.refuse(fieldMissing, "notify_url")
	}
	if r.read("token", "string", &ch.Token) && utf8.RuneCountInString(ch.Token) > maxChannelToken {
		r.refuse(invalidData, "token", "maximum_length", maxChannelToken)
	}
	r.read("notify_on_related_action", "boolean", &ch.Related)
	r.read("return_affected_field_values", "boolean", &ch.Values)
	sb.readExpiry(c, r, ch)
	return ch, r.wrong
}

// id reads the id of the channel, a number or a text of digits.
func (r *channelReader) id() string {
	value, there := r.given["channel_id"]
	id := strings.Trim(string(value), `"`)
	if !there || id == "null" || id == "" {
		r.refuse(fieldMissing, "channel_id")
	} else if !ofDigits(id) || len(id) > 19 { // more does not fit a long
		r.refuse(invalidData, "channel_id", "expected_data_type", "long")
	}
	return id
}

func (sb *Sandbox) readEvents(c call, r *channelReader, ch *Channel) {
	var events []string
	if !r.read("events", "jsonarray", &events) || len(events) == 0 {
		if c.method != http.MethodPatch {
			r.refuse(fieldMissing, "events")
		}
		return
	}
	if len(events) > maxEvents {
		r.refuse(invalidData, "events", "maximum_length", maxEvents)
	}
	var all []string
	for _, e := range events {
		module, operation, _ := strings.Cut(e, ".")
		operations := []string{operation}
		if operation == "all" {
			operations = []string{"create", "edit", "delete"}
		}
		_, ok := sb.checkModule(c, module)
		if !ok || !slices.Contains([]string{"create", "edit", "delete", "all"}, operation) {
			r.refuse(invalidData, "events")
			return
		}
		for _, operation := range operations {
			all = append(all, module+"."+operation)
		}
	}
	all = distinct(all)
	var remove bool
	if r.read("_delete_events", "boolean", &remove); remove && c.method == http.MethodPatch {
		all = slices.DeleteFunc(slices.Clone(ch.Events), func(e string) bool { return slices.Contains(all, e) })
	}
	ch.Events = all
}

// readExpiry reads when the channel ends.
func (sb *Sandbox) readExpiry(c call, r *channelReader, ch *Channel) {
	now := sb.config.Now()
	var text string
	if !r.read("channel_expiry", "datetime", &text) {
		if c.method != http.MethodPatch {
			ch.Expiry = now.Add(shortChannel)
		}
		return
	}
	expiry, err := time.Parse(time.RFC3339, text)
	switch {
	case err != nil || !expiry.After(now):
		r.refuse(invalidData, "channel_expiry", "expected_data_type", "datetime")
	case expiry.Sub(now) > c.longest():
		ch.Expiry = now.Add(shortChannel)
	default:
		ch.Expiry = expiry
	}
}
