package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
)

// hurried is a proxy in front of moto. It divides the delays that workers request from SQS
// (down to one second, the minimum), so that an hour passes in six seconds. It passes on one
// request at a time, because moto's queues do not support more: moto can lose a message
// that is sent while another is deleted.
func hurried(moto string, by int) (http.Handler, error) {
	target, err := url.Parse(moto)
	if err != nil {
		return nil, err
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	var one sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := shorten(r, by); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		one.Lock()
		defer one.Unlock()
		// moto carries out a request even if the process that sent it is killed.
		ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
		defer cancel()
		proxy.ServeHTTP(w, r.WithContext(ctx))
	}), nil
}

// shorten divides the delays in a request, for messages that go back to the queue and for
// those that are sent.
func shorten(r *http.Request, by int) error {
	switch _, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), "."); operation {
	case "ChangeMessageVisibilityBatch", "SendMessage":
	default:
		return nil
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	var in any
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	divide(in, by)
	if text, err = json.Marshal(in); err != nil {
		return err
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	return nil
}

// divide divides the delays in a value; they stay whole seconds, at least one.
func divide(value any, by int) {
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			divide(item, by)
		}
	case map[string]any:
		for name, item := range v {
			if delay, ok := item.(float64); ok && delay > 0 && (name == "VisibilityTimeout" || name == "DelaySeconds") {
				v[name] = (int(delay) + by - 1) / by
				continue
			}
			divide(item, by)
		}
	}
}
