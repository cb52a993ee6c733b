package queue

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"untag/internal/event"
)

// format is the version of the form in which deliveries are stored.
const format = 1

// ErrForeign is a message that untag did not write, or not whole.
var ErrForeign = errors.New("queue: not a delivery that untag stored")

// escaped writes the two characters that JSON takes and SQS does not. In JSON they
// stand only within strings. See
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html.
var escaped = strings.NewReplacer("\ufffe", `\ufffe`, "\uffff", `\uffff`)

// message is a stored delivery.
type message struct {
	Format      int               `json:"untag"`
	ID          string            `json:"id"`
	DeliveryID  string            `json:"delivery_id,omitempty"`
	Source      string            `json:"source"`
	Time        time.Time         `json:"time"`
	Headers     map[string]string `json:"headers,omitempty"`
	Query       string            `json:"query,omitempty"`
	ContentType string            `json:"content_type,omitempty"`
	Body        *string           `json:"body,omitempty"`
	// Base64 is the body where it is not UTF-8.
	Base64 string `json:"body_base64,omitempty"`
}

// Encode writes a delivery as the body of a message.
func Encode(d event.Delivery) (string, error) {
	m := message{
		Format: format, ID: d.ID, DeliveryID: d.DeliveryID, Source: d.Source, Time: d.Time,
		Headers: d.Headers, Query: d.RawQuery, ContentType: d.ContentType,
	}
	if utf8.Valid(d.Body) {
		body := string(d.Body)
		m.Body = &body
	} else {
		m.Base64 = base64.StdEncoding.EncodeToString(d.Body)
	}
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false) // which would make a sixfold of every < in a body
	if err := e.Encode(m); err != nil {
		return "", fmt.Errorf("queue: encode the delivery: %w", err)
	}
	return escaped.Replace(strings.TrimSuffix(text.String(), "\n")), nil
}

// Decode reads the body of a message. Its error is ErrForeign and quotes nothing.
func Decode(body string) (event.Delivery, error) {
	var m message
	if json.Unmarshal([]byte(body), &m) != nil || m.Format != format || m.ID == "" || m.Source == "" {
		return event.Delivery{}, ErrForeign
	}
	d := event.Delivery{
		ID: m.ID, DeliveryID: m.DeliveryID, Source: m.Source, Time: m.Time,
		Headers: m.Headers, RawQuery: m.Query, ContentType: m.ContentType,
	}
	switch {
	case m.Body != nil && m.Base64 == "":
		d.Body = []byte(*m.Body)
	case m.Body == nil && m.Base64 != "":
		decoded, err := base64.StdEncoding.Strict().DecodeString(m.Base64)
		if err != nil {
			return event.Delivery{}, ErrForeign
		}
		d.Body = decoded
	default:
		return event.Delivery{}, ErrForeign
	}
	return d, nil
}
