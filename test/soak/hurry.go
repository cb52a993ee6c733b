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

// hurried stands between everybody and moto. It divides the delays that workers ask SQS
// for (a second is the least it knows), so that an hour passes in six seconds; and it
// lets one request through at a time, as moto's queues are not made for more: a message
// that is sent while another is deleted can get lost in moto itself.
func hurried(moto string, by int) (http.Handler, error) {
	target, err := url.Parse(moto)
	if err != nil {
		return nil, err
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	var one sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".ChangeMessageVisibilityBatch") {
			if err := shorten(r, by); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
		}
		one.Lock()
		defer one.Unlock()
		// A request that moto has is carried out even if who made it is killed meanwhile.
		ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
		defer cancel()
		proxy.ServeHTTP(w, r.WithContext(ctx))
	}), nil
}

func shorten(r *http.Request, by int) error {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	var in struct {
		QueueURL string `json:"QueueUrl"`
		Entries  []struct {
			ID      string `json:"Id"`
			Receipt string `json:"ReceiptHandle"`
			Timeout int    `json:"VisibilityTimeout"`
		}
	}
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	for i := range in.Entries {
		in.Entries[i].Timeout = (in.Entries[i].Timeout + by - 1) / by // whole seconds, at least one
	}
	if text, err = json.Marshal(in); err != nil {
		return err
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	return nil
}
