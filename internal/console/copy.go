package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"untag/functions/removetags/handler"
	"untag/internal/copyas"
	"untag/internal/event"
	"untag/internal/explain"
	"untag/internal/jsonvalue"
	"untag/internal/rules"
	"untag/internal/sandbox"
)

// copyRoutes are those of what one copies of an event.
func (c *Console) copyRoutes() {
	c.mux.HandleFunc("GET /events/{id}/event.json", c.copies(c.copyInvocation))
	c.mux.HandleFunc("GET /events/{id}/test.yaml", c.copies(c.copyTest))
	if c.Dead != nil {
		return // it did not come as a request, and is sent again through the queue
	}
	c.mux.HandleFunc("GET /events/{id}/curl", c.copies(c.copyCommand))
	c.mux.HandleFunc("POST /events/{id}/replay", c.replay)
	// The address of a form is what a browser shows after it: there is a page to come back to.
	c.mux.HandleFunc("GET /events/{id}/replay", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/events/"+url.PathEscape(r.PathValue("id")), http.StatusSeeOther)
	})
}

// copies serves a text to copy. What cannot be copied is a conflict, and said in words.
func (c *Console) copies(write func(context.Context, *Entry) (string, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		e := c.entryIn(r)
		if e == nil {
			http.Error(w, "This event is no longer kept.", http.StatusNotFound)
			return
		}
		text, err := write(r.Context(), e)
		if err != nil {
			http.Error(w, sentence(err), http.StatusConflict)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte(text))
	}
}

// entryIn returns the entry that a path names, nil if it is not kept.
func (c *Console) entryIn(r *http.Request) *Entry {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return nil
	}
	return c.Kept.Get(id)
}

// sentence returns an error as a sentence.
func sentence(err error) string {
	text := err.Error()
	if text == "" {
		return ""
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	if strings.HasPrefix(text, "Untag") {
		text = "untag" + text[len("untag"):]
	}
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

func (c *Console) copyCommand(ctx context.Context, e *Entry) (string, error) {
	return c.Copier.Command(ctx, e)
}

func (c *Console) copyInvocation(ctx context.Context, e *Entry) (string, error) {
	text, err := c.invocation(ctx, e)
	return string(text), err
}

// invocation returns an entry as a recorded event. A dead letter is one: what it stored of a request
// has no credential.
func (c *Console) invocation(ctx context.Context, e *Entry) ([]byte, error) {
	if c.Dead == nil {
		return c.Copier.Invocation(ctx, e)
	}
	if slices.Contains(e.Details, Foreign) {
		return nil, errors.New("there is no event to copy, because untag did not store this message")
	}
	var text bytes.Buffer
	if err := json.Indent(&text, e.Payload, "", "  "); err != nil {
		return nil, fmt.Errorf("copy the dead letter: %w", err)
	}
	text.WriteByte('\n')
	return text.Bytes(), nil
}

// copyTest writes a test of the rules in force for each event of an entry, from what a recorded
// event has: no credential.
func (c *Console) copyTest(ctx context.Context, e *Entry) (string, error) {
	payload, err := c.invocation(ctx, e)
	if err != nil {
		return "", err
	}
	set := c.Rules()
	events, err := eventsOf(ctx, set, payload)
	switch {
	case err != nil:
		return "", err
	case len(events) == 0:
		return "", errors.New("this request has no event, so there is nothing to test")
	}
	for _, ev := range events {
		if _, found := set.Source(ev.Source); !found {
			return "", fmt.Errorf("the rules have no source %q, so a test of this event cannot run: add the source first", ev.Source)
		}
	}
	happened := copyas.Happened{Rules: set, Events: events, Now: time.Now().UTC()}
	if c.Dead == nil {
		happened.Records = c.recordsBefore(e)
	}
	return copyas.Tests(ctx, happened)
}

// eventsOf returns the events of a recorded invocation.
func eventsOf(ctx context.Context, set *rules.Rules, payload []byte) ([]event.Event, error) {
	recorded, err := handler.Read(set, payload)
	if err != nil {
		return nil, err
	}
	reader, err := explain.NewReader(set, "", "")
	if err != nil {
		return nil, err
	}
	var events []event.Event
	for _, one := range recorded {
		reading, err := reader.Read(ctx, one)
		if err != nil {
			return nil, err
		}
		events = append(events, reading.Events...)
	}
	return events, nil
}

// recordsBefore returns the records as they were before an entry: those that it read, as Zoho
// answered, or all simulated ones with the tags that they had.
func (c *Console) recordsBefore(e *Entry) sandbox.Records {
	if records, whole := recordsRead(e.Exchanges); whole || c.Records == nil {
		return records
	}
	records := make(sandbox.Records)
	for _, m := range c.Records.Modules() {
		for _, r := range m.Records {
			record := map[string]any{"id": r.ID, "Tag": r.Tags}
			for _, f := range r.Fields {
				record[f.Name] = f.Value
			}
			for _, t := range e.Touched {
				if t.Module == m.Name && t.ID == r.ID {
					record["Tag"] = t.Before
				}
			}
			records[m.Name] = append(records[m.Name], record)
		}
	}
	return records
}

// recordsRead returns the records in the answers to reads and searches, the first answer of each
// record first. It reports whether all answers could be read.
func recordsRead(exchanges []Exchange) (records sandbox.Records, whole bool) {
	records, whole = make(sandbox.Records), true
	seen := make(map[string]map[string]any)
	for _, x := range exchanges {
		module := moduleRead(x)
		if module == "" {
			continue
		}
		value, err := jsonvalue.Decode([]byte(x.Answer))
		answer, _ := value.(map[string]any)
		list, ok := answer["data"].([]any)
		if err != nil || !ok || x.Cut {
			whole = false
			continue
		}
		for _, item := range list {
			data, _ := item.(map[string]any)
			record := recordIn(data)
			id, ok := record["id"].(string)
			switch before := seen[module+" "+id]; {
			case !ok:
				whole = false
			case before != nil:
				// A later answer may have more fields. Those that both have are as they were first.
				maps.Copy(record, before)
				maps.Copy(before, record)
			default:
				seen[module+" "+id] = record
				records[module] = append(records[module], record)
			}
		}
	}
	return records, whole
}

// moduleRead returns the module whose records a call has read, "" if it has read none.
func moduleRead(x Exchange) string {
	u, err := url.Parse(x.URL)
	if err != nil || x.Method != http.MethodGet || x.Status != http.StatusOK {
		return ""
	}
	// /crm/{version}/{module}, or …/{module}/{id}, or …/{module}/search.
	segments := strings.Split(u.Path, "/")
	if len(segments) < 4 || segments[3] == "settings" {
		return ""
	}
	return segments[3]
}

// recordIn returns a record of an answer as a file of records has it.
func recordIn(data map[string]any) map[string]any {
	record := maps.Clone(data)
	if record == nil {
		record = make(map[string]any)
	}
	list, _ := data["Tag"].([]any)
	tags := []string{}
	for _, item := range list {
		tag, _ := item.(map[string]any)
		if name, ok := tag["name"].(string); ok {
			tags = append(tags, name)
		}
	}
	record["Tag"] = tags
	return record
}

// replay sends an event once more, and shows what it became.
func (c *Console) replay(w http.ResponseWriter, r *http.Request) {
	e := c.entryIn(r)
	if e == nil {
		c.fault(w, http.StatusNotFound, "This event is no longer kept, so it cannot be sent again.")
		return
	}
	if c.ofAnotherRun(r) {
		c.fault(w, http.StatusConflict, otherRun)
		return
	}
	if c.Records == nil && r.PostFormValue("real") == "" {
		c.pages.show(w, http.StatusOK, "replay", page{Title: "Replay", Tab: "/", Data: e})
		return
	}
	sent, err := c.Courier.Replay(r.Context(), e)
	if err != nil {
		c.fault(w, http.StatusConflict, sentence(err))
		return
	}
	to := "/"
	if sent.Entry != 0 {
		to = "/events/" + strconv.FormatInt(sent.Entry, 10)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// fault shows a page that says what is wrong.
func (c *Console) fault(w http.ResponseWriter, status int, message string) {
	c.pages.show(w, status, "fault", page{Title: "Not done", Data: message})
}
