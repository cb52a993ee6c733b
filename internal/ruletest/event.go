package ruletest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"untag/functions/removetags/handler"
	"untag/internal/event"
	"untag/internal/explain"
	"untag/internal/jsonvalue"
	"untag/internal/userfile"
	"untag/internal/webhook"
)

// events returns the events of a test. None of them is verified. A note says why a request
// has none.
func (f *testFile) events(ctx context.Context, t *ruleTest) (list []event.Event, notes []string, err error) {
	switch {
	case t.Request != "":
		return f.recordedEvents(ctx, t)
	case t.Body != "":
		return f.bodyEvents(ctx, t)
	}
	fields, err := f.fields(t)
	if err != nil {
		return nil, nil, err
	}
	return []event.Event{f.writtenEvent(t, fields)}, nil, nil
}

// recordedEvents returns the events of a recorded request, with the headers of the test in
// place of its own.
func (f *testFile) recordedEvents(ctx context.Context, t *ruleTest) ([]event.Event, []string, error) {
	payload, err := f.read("request", t.Request)
	if err != nil {
		return nil, nil, err
	}
	recorded, err := handler.Read(f.set, payload)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", t.Request, explain.WhyUnread(payload, err))
	}
	for i := range recorded {
		if r := recorded[i].Request; r != nil {
			r.Header = t.header(r.Header)
		}
		if d := recorded[i].Stored; d != nil {
			headers := maps.Clone(d.Headers)
			if headers == nil {
				headers = make(map[string]string)
			}
			for name, value := range t.Headers {
				headers[strings.ToLower(name)] = value
			}
			d.Headers = headers
		}
	}
	return f.parse(ctx, t.Request, recorded)
}

// bodyEvents returns the events of a request with the body that a file has.
func (f *testFile) bodyEvents(ctx context.Context, t *ruleTest) ([]event.Event, []string, error) {
	body, err := f.read("body", t.Body)
	if err != nil {
		return nil, nil, err
	}
	header, query := t.header(nil), make(url.Values)
	if kind := explain.ContentType(t.Body); kind != "" && header.Get("Content-Type") == "" {
		header.Set("Content-Type", kind)
	}
	for name, value := range t.Query {
		query.Set(name, value)
	}
	request := &webhook.Request{
		Source: t.Source, Method: http.MethodPost, Header: header, RawQuery: query.Encode(), Body: webhook.Bytes(body),
	}
	return f.parse(ctx, t.Body, []handler.Recorded{{Request: request}})
}

// header returns some headers with those of the test in place of theirs.
func (t *ruleTest) header(of http.Header) http.Header {
	header := of.Clone()
	if header == nil {
		header = make(http.Header)
	}
	for name, value := range t.Headers {
		for other := range header {
			if strings.EqualFold(name, other) {
				delete(header, other)
			}
		}
		header.Set(name, value)
	}
	return header
}

// parse returns all events of recorded requests.
func (f *testFile) parse(ctx context.Context, file string, recorded []handler.Recorded) (list []event.Event, notes []string, err error) {
	r, err := explain.NewReader(f.set, "", "")
	if err != nil {
		return nil, nil, err
	}
	for _, one := range recorded {
		reading, err := r.Read(ctx, one)
		switch {
		case err != nil:
			return nil, nil, fmt.Errorf("%s: %w", file, err)
		case reading.Reply != nil:
			notes = append(notes, file+" is a handshake, with which the sender confirms the URL: it has no event")
		case len(reading.Events) == 0:
			notes = append(notes, file+" has no events")
		}
		list = append(list, reading.Events...)
	}
	return list, notes, nil
}

// read reads a file that a test names.
func (f *testFile) read(what, file string) ([]byte, error) {
	return userfile.Read(what, "name it relative to the file of tests", relativeTo(f.name, file))
}

// eventFile returns the path of the file with the event, "" if the test spells it out.
func (t *ruleTest) eventFile() string {
	if t.Event.Kind == yaml.ScalarNode && t.Event.Tag == "!!str" {
		return t.Event.Value
	}
	return ""
}

// fields returns the fields of the event that the test spells out, or that a file has.
func (f *testFile) fields(t *ruleTest) (map[string]any, error) {
	file := t.eventFile()
	if file == "" {
		value, err := fieldsOf(&t.Event)
		fields, _ := value.(map[string]any)
		return fields, err
	}
	data, err := f.read("event", file)
	if err != nil {
		return nil, err
	}
	var value any
	if strings.EqualFold(filepath.Ext(file), ".json") {
		value, err = jsonvalue.Decode(data)
	} else {
		var root yaml.Node
		if err = yaml.Unmarshal(data, &root); err == nil && len(root.Content) > 0 {
			value, err = fieldsOf(root.Content[0])
		}
	}
	fields, ok := value.(map[string]any)
	if err == nil && !ok {
		err = errors.New("it has no fields: an event is a JSON object, or a mapping in YAML")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return fields, nil
}

// writtenEvent returns the event that the test spells out. Its query fills in what the event
// lacks, if the source's likely proof covers the query.
func (f *testFile) writtenEvent(t *ruleTest, fields map[string]any) event.Event {
	source, _ := f.set.Source(t.Source)
	covered := event.CoversQuery(source.LikelyProof())
	if source.Accepts("zoho-notification") {
		delete(fields, "token") // the credential, which rules never see
	}
	ev := event.Event{
		ID: "test", Source: t.Source, Time: time.Now().UTC(), Fields: fields,
		Headers: make(map[string]string), Query: make(map[string]any),
	}
	for name, value := range t.Headers {
		ev.Headers[strings.ToLower(name)] = value
	}
	for name, value := range t.Query {
		ev.Query[name] = value
		if _, has := fields[name]; !has && covered {
			fields[name] = value
		}
	}
	return ev
}
