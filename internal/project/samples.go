package project

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/explain"
	"untag/internal/sendersample"
)

// samplesOf returns the samples of the senders, with the module and tags that were chosen, and
// with rules whose names differ.
func samplesOf(c Choices) ([]sendersample.Sample, error) {
	var list []sendersample.Sample
	taken := make(map[string]bool)
	for _, name := range c.Senders {
		sample, found, err := sendersample.Find(name)
		if err == nil && !found {
			err = fmt.Errorf("there is no sample of %s", name)
		}
		if err != nil {
			return nil, err
		}
		if taken[sample.Rule] {
			sample.Rule = strings.ReplaceAll(name, ".", "-") + "-" + sample.Rule
		}
		taken[sample.Rule] = true
		list = append(list, sample.In(c.Module, c.Tags))
	}
	return list, nil
}

// recordsOf returns the records of the simulated Zoho on which the rules act. It sets the ids of
// the samples to those of their records: samples that find a record by the same value share it.
func recordsOf(samples []sendersample.Sample) []sendersample.Record {
	var records []sendersample.Record
	for i := range samples {
		s := &samples[i]
		at := slices.IndexFunc(records, func(r sendersample.Record) bool { return isOf(r, *s) })
		if at < 0 {
			s.ID = unused(s.ID, records, len(s.Has) > 0)
			at = len(records)
			records = append(records, sendersample.Record{Module: s.Module(), ID: s.ID, Has: make(map[string]string)})
		}
		r := &records[at]
		s.ID = r.ID
		for field, value := range s.Has {
			if r.Has[field] == "" {
				r.Has[field] = value
			}
		}
		for _, tag := range s.Remove {
			if !slices.Contains(r.Tags, tag) {
				r.Tags = append(r.Tags, tag)
			}
		}
	}
	return records
}

// unused returns an id that no record has: another one, if any will do.
func unused(id string, records []sendersample.Record, any bool) string {
	for n := 900001; any && slices.ContainsFunc(records, func(r sendersample.Record) bool { return r.ID == id }); n++ {
		id = fmt.Sprintf("5725767000000%06d", n)
	}
	return id
}

// isOf reports whether a sample is about a record. Two ways to write a telephone number are the
// same number.
func isOf(r sendersample.Record, s sendersample.Sample) bool {
	if r.Module != s.Module() {
		return false
	}
	for field, value := range s.Has {
		if strings.ReplaceAll(r.Has[field], " ", "") == strings.ReplaceAll(value, " ", "") {
			return true
		}
	}
	return len(s.Has) == 0 && r.ID == s.ID
}

// requestFile returns where the request of a sample is, from the folder.
func requestFile(s sendersample.Sample) string { return path.Join(eventsFolder, s.Name+".json") }

// eventsFolder has the recorded requests, and recordsFile the records that they are about.
const eventsFolder = "events"

// request returns a sample as untag run --record writes a request: an invocation of an HTTP API,
// without what proves it.
func request(s sendersample.Sample) (string, error) {
	headers := map[string]string{"host": "hooks.example.com"}
	if kind := explain.ContentType(s.File()); kind != "" {
		headers["content-type"] = kind
	}
	for name, value := range s.Headers {
		headers[strings.ToLower(name)] = value
	}
	query := make(url.Values)
	for name, value := range s.Query {
		query.Set(name, value)
	}
	address := "/webhooks/" + s.Name
	at := events.APIGatewayV2HTTPRequestContext{
		Stage: "$default", DomainName: "hooks.example.com",
		HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: http.MethodPost, Path: address, Protocol: "HTTP/1.1", SourceIP: "203.0.113.1"},
	}
	text, err := json.MarshalIndent(events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "$default", RawPath: address, RawQueryString: query.Encode(),
		Headers: headers, QueryStringParameters: s.Query, RequestContext: at, Body: strings.TrimRight(s.Body, "\n"),
	}, "", "  ")
	return string(text) + "\n", err
}
