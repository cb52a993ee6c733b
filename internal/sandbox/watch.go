package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Channel is a subscription to notifications.
type Channel struct {
	ID     string
	Events []string // such as Deals.edit; Deals.all became the three others
	Expiry time.Time
	URL    string
	Token  string
	// Related says that actions on related records notify too.
	Related bool
	// Values says that a notification has the values that changed.
	Values bool
}

// Channels returns the subscriptions that have not ended, in the order of their ids.
func (sb *Sandbox) Channels() []Channel {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	var list []Channel
	for _, ch := range sb.alive() {
		one := *ch
		one.Events = slices.Clone(ch.Events)
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b Channel) int { return strings.Compare(a.ID, b.ID) })
	return list
}

// alive drops the subscriptions that have ended. The caller must hold the lock.
func (sb *Sandbox) alive() []*Channel {
	now := sb.config.Now()
	sb.channels = slices.DeleteFunc(sb.channels, func(ch *Channel) bool { return !now.Before(ch.Expiry) })
	return sb.channels
}

func (sb *Sandbox) channel(id string) *Channel {
	for _, ch := range sb.alive() {
		if ch.ID == id {
			return ch
		}
	}
	return nil
}

// watch subscribes to notifications and ends subscriptions:
// https://www.zoho.com/crm/developer/docs/api/v8/notifications/overview.html
func (sb *Sandbox) watch(c call) answer {
	operations, known := map[string][]string{
		http.MethodGet: {"READ"}, http.MethodPost: {"WRITE", "CREATE"}, http.MethodPut: {"WRITE", "UPDATE"},
		http.MethodPatch: {"WRITE", "UPDATE"}, http.MethodDelete: {"WRITE", "DELETE"},
	}[c.method]
	if !known {
		return refuse(invalidMethod)
	}
	scopes := []string{"ZohoCRM.notifications.ALL"}
	for _, operation := range operations {
		scopes = append(scopes, "ZohoCRM.notifications."+operation)
	}
	if !c.granted(scopes...) {
		return refuse(scopeMismatch)
	}
	sb.mu.Lock()
	defer sb.mu.Unlock()
	switch c.method {
	case http.MethodGet:
		return sb.listChannels(c)
	case http.MethodDelete:
		return sb.endChannels(c)
	}
	return sb.putChannels(c)
}

// listChannels answers with an element for each channel and module.
func (sb *Sandbox) listChannels(c call) answer {
	list := []any{}
	for _, ch := range sb.alive() {
		if id := c.query.Get("channel_id"); id != "" && id != ch.ID {
			continue
		}
		for _, module := range modulesOf(ch.Events) {
			if asked := c.query.Get("module"); asked != "" && asked != module {
				continue
			}
			one := c.resource(module, ch)
			one["channel_expiry"] = ch.Expiry.Format(time.RFC3339)
			one["resource_name"], one["notify_url"] = module, ch.URL
			one["notify_on_related_action"], one["return_affected_field_values"] = ch.Related, ch.Values
			one["events"] = slices.DeleteFunc(slices.Clone(ch.Events), func(e string) bool { return moduleOf(e) != module })
			one["token"], one["fields"], one["notification_condition"] = nil, nil, nil
			if ch.Token != "" {
				one["token"] = ch.Token
			}
			list = append(list, one)
		}
	}
	number, err := positive(c.query.Get("page"), 1)
	if err != nil {
		return refuse(invalidData, "param_name", "page", "expected_data_type", "integer")
	}
	start := min(min(number-1, len(list))*maxPage, len(list)) // the number may be huge
	end := min(start+maxPage, len(list))
	if start == end {
		return noContent()
	}
	return reply(http.StatusOK, map[string]any{
		"watch": list[start:end],
		"info":  pageInfo{PerPage: maxPage, Count: end - start, Page: number, MoreRecords: end < len(list)},
	})
}

func (c call) resource(module string, ch *Channel) map[string]any {
	return map[string]any{
		"resource_uri": c.base + "/crm/" + c.version + "/" + module, "resource_id": tagID("module " + module), "channel_id": ch.ID,
	}
}

func (sb *Sandbox) endChannels(c call) answer {
	ids := c.query.Get("channel_ids")
	if ids == "" {
		return refuse(paramMissing, "param_name", "channel_ids")
	}
	var list []any
	failed := 0
	for _, id := range distinct(strings.Split(ids, ",")) {
		ch := sb.channel(id)
		if ch == nil {
			failed++
			list = append(list, noChannel.with("channel_id", id))
			continue
		}
		for _, module := range modulesOf(ch.Events) {
			list = append(list, outcome{Code: "SUCCESS", Details: c.resource(module, ch), Message: "Successfully un-subscribed from actions-watch", Status: "success"})
		}
		sb.channels = slices.DeleteFunc(sb.channels, func(other *Channel) bool { return other == ch })
	}
	return watched(list, failed, http.StatusOK)
}

// watched answers with the outcome for each channel.
func watched(list []any, failed, status int) answer {
	switch failed {
	case 0:
	case len(list):
		status = http.StatusBadRequest
	default:
		status = http.StatusMultiStatus
	}
	return reply(status, map[string]any{"watch": list})
}

func (sb *Sandbox) putChannels(c call) answer {
	var body struct {
		Watch []map[string]json.RawMessage `json:"watch"`
	}
	if json.Unmarshal(c.body, &body) != nil {
		return refuse(invalidData, "expected_data_type", "jsonobject")
	}
	if len(body.Watch) == 0 {
		return refuse(fieldMissing, "api_name", "watch")
	}
	if len(body.Watch) > maxChannels {
		return refuse(invalidData, "api_name", "watch", "maximum_length", maxChannels)
	}
	var list []any
	failed := 0
	for at, given := range body.Watch {
		ch, wrong := sb.readChannel(c, at, given)
		if wrong != nil {
			failed++
			list = append(list, *wrong)
			continue
		}
		sb.channels = slices.DeleteFunc(sb.channels, func(other *Channel) bool { return other.ID == ch.ID })
		if len(ch.Events) == 0 { // the last event was removed
			list = append(list, outcome{Code: "SUCCESS", Details: map[string]any{}, Message: "Successfully un-subscribed from actions-watch", Status: "success"})
			continue
		}
		sb.channels = append(sb.channels, ch)
		events := []any{}
		for _, module := range modulesOf(ch.Events) {
			one := c.resource(module, ch)
			one["channel_expiry"], one["resource_name"] = ch.Expiry.Format(time.RFC3339), module
			events = append(events, one)
		}
		list = append(list, outcome{Code: "SUCCESS", Details: map[string]any{"events": events}, Message: "Successfully subscribed for actions-watch of the given module", Status: "success"})
	}
	status := http.StatusOK
	if c.method == http.MethodPost {
		status = http.StatusCreated
	}
	return watched(list, failed, status)
}

// modulesOf returns the modules of events, each once.
func modulesOf(events []string) []string {
	var names []string
	for _, e := range events {
		names = append(names, moduleOf(e))
	}
	return distinct(names)
}

func moduleOf(event string) string {
	module, _, _ := strings.Cut(event, ".")
	return module
}
