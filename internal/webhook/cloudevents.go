package webhook

import (
	"untag/internal/event"
	"untag/internal/jsonvalue"
	"untag/internal/sender"
)

// CloudEvents can be sent in three ways. In the binary mode the attributes are headers, of
// which ce-id is one of the usual headers for the identifier; in the structured mode they are
// members beside the data; a batch is a list of structured events. See
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md.
const (
	cloudEvent      = "application/cloudevents+json"
	cloudEventBatch = "application/cloudevents-batch+json"
)

// isCloudBatch reports whether a body is a batch of CloudEvents: because its type says so, or
// because it is a list in which each element has the attributes that an event must have. Some
// senders declare a batch as plain JSON.
func isCloudBatch(d event.Delivery, doc jsonvalue.Raw) bool {
	if typeOf(d.ContentType).name == cloudEventBatch {
		return true
	}
	elements, err := doc.List()
	if err != nil || len(elements) == 0 {
		return false
	}
	for _, element := range elements {
		for _, attribute := range requiredAttributes() {
			if text, ok := element.Member(attribute).Text(); !ok || len(text) == 0 {
				return false
			}
		}
	}
	return true
}

// isCloudEvent reports whether an event is a CloudEvent in the structured mode.
func isCloudEvent(d event.Delivery, fields map[string]any) bool {
	if typeOf(d.ContentType).name == cloudEvent {
		return true
	}
	for _, attribute := range requiredAttributes() {
		if text, ok := fields[attribute].(string); !ok || text == "" {
			return false
		}
	}
	return true
}

func requiredAttributes() [4]string { return [...]string{"specversion", "id", "source", "type"} }

// cloudEvents returns where the events of a batch are.
func cloudEvents(declared sender.Events) sender.Events {
	declared.Each = sender.Path{{Every: true}}
	if declared.ID == nil {
		declared.ID = sender.Path{{Member: "id"}}
	}
	return declared
}
