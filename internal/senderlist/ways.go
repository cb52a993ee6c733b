package senderlist

import (
	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/sender"
)

// ways returns the ways to verify that suit any sender that can send a secret of your choice.
func ways() []Sender {
	return []Sender{
		{
			Sender: rules.Sender{Name: "token", Title: "Any sender that can send a header", Store: "a secret of your choice, which the sender sends", Source: way(event.Scheme{Kind: "token", Header: "X-Webhook-Token"})},
			Signs:  nothing, Covers: sender.CoversSender, Header: []string{"X-Webhook-Token"}, Where: "the header X-Webhook-Token, another header or a query parameter",
		},
		{
			Sender: rules.Sender{Name: "basic", Title: "Any sender that can log in (HTTP basic authentication)", Store: "a user and a password of your choice, as user:password", Source: way(event.Scheme{Kind: "basic"})},
			Signs:  nothing, Covers: sender.CoversSender, Header: []string{"Authorization"}, Where: "the header Authorization",
		},
		{
			Sender: rules.Sender{Name: "zoho-notification", Title: "Zoho CRM's notifications", Store: "the token of the subscription, at most 50 characters", Source: way(event.Scheme{Kind: "zoho-notification"})},
			Signs:  nothing, Covers: sender.CoversSender, Header: []string{}, Where: "token in the JSON of the body",
		},
	}
}

// way returns a source with one way to verify, named after it.
func way(s event.Scheme) event.Source {
	return event.Source{Name: s.Kind, Verify: []event.Scheme{s}}
}
