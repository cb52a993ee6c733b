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
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".ChangeMessageVisibilityBatch") {
			if err := shorten(r, by); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
		}
		one.Lock()
		defer one.Unlock()
		// moto carries out a request even if the process that sent it is killed.
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
