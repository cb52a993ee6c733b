package main

import (
	"context"
	"encoding/json"
	"time"
)

// sender delivers the events as webhooks, through processes of the receiving function. It
// repeats each until it is accepted, as a sender that gets no 2xx does.
type sender struct {
	cloud    *cloud
	progress *progress
	todo     chan sent
	current  *sent // not accepted yet
	times    int   // how often current must still be delivered
}

// deliver sends one webhook to the receiving function. An error means that the process must
// be replaced.
func (s *sender) deliver(ctx context.Context, i instance) error {
	if s.times == 0 {
		select {
		case e, ok := <-s.todo:
			if !ok {
				<-ctx.Done() // all are delivered
				return ctx.Err()
			}
			s.current, s.times = &e, 1
			if e.repeated {
				s.times = 2
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	ok, err := s.once(ctx, i)
	if ok {
		s.progress.accept(s.current.name)
		s.times--
		return nil
	}
	s.progress.repeat()
	return err
}

func (s *sender) once(ctx context.Context, i instance) (bool, error) {
	if s.current.stored {
		body, err := s.current.message()
		if err != nil {
			return false, err
		}
		return s.cloud.store(ctx, body) == nil, nil
	}
	payload, err := json.Marshal(map[string]any{
		"version": "2.0", "rawPath": "/webhooks/zoho", "body": s.current.text(),
		"headers": map[string]string{
			"content-type": "application/json", "x-webhook-token": webhookToken, "webhook-id": s.current.name,
		},
		"requestContext": map[string]any{"stage": "$default", "http": map[string]string{"method": "POST", "path": "/webhooks/zoho"}},
	})
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, 28*time.Second)
	defer cancel()
	text, err := i.invoke(ctx, payload)
	if err != nil {
		return false, err
	}
	var answer struct {
		StatusCode int `json:"statusCode"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return false, err
	}
	return answer.StatusCode == 202, nil
}
