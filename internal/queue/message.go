package queue

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"untag/internal/event"
	"untag/internal/jsonvalue"
)

// format is the version of the format in which deliveries are stored.
const format = 1

// ErrForeign reports a message that untag did not write, or that is incomplete.
var ErrForeign = errors.New("queue: not a delivery that untag stored: another program wrote the message, or it is incomplete")

// escaped escapes the two characters that JSON allows but SQS does not. In JSON they occur
// only within strings. See
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html.
var escaped = strings.NewReplacer("\ufffe", `\ufffe`, "\uffff", `\uffff`)

// message is a stored delivery.
type message struct {
	Format     int    `json:"untag"`
	ID         string `json:"id"`
	DeliveryID string `json:"delivery_id,omitempty"`
	Source     string `json:"source"`
	// Proof is missing in messages that an older version stored.
	Proof       string            `json:"proof,omitempty"`
	Done        string            `json:"done,omitempty"`
	Time        time.Time         `json:"time"`
	Headers     map[string]string `json:"headers,omitempty"`
	Query       string            `json:"query,omitempty"`
	ContentType string            `json:"content_type,omitempty"`
	Body        *string           `json:"body,omitempty"`
	// Base64 is the body if it is not UTF-8.
	Base64 string `json:"body_base64,omitempty"`
}

// Encode writes a delivery as the body of a message.
func Encode(d event.Delivery) (string, error) {
	m := message{
		Format: format, ID: d.ID, DeliveryID: d.DeliveryID, Source: d.Source, Proof: d.Proof, Done: d.Done, Time: d.Time,
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
	e.SetEscapeHTML(false) // escaping would write six characters for every < in a body
	if err := e.Encode(m); err != nil {
		return "", fmt.Errorf("queue: encode the delivery: %w", err)
	}
	return escaped.Replace(strings.TrimSuffix(text.String(), "\n")), nil
}

// Decode decodes the body of a message. Its error is ErrForeign, which quotes nothing.
func Decode[Text ~string | ~[]byte](body Text) (event.Delivery, error) {
	m, err := jsonvalue.Raw(body).Object()
	if err != nil {
		return event.Delivery{}, ErrForeign
	}
	r := reader{members: m}
	d := event.Delivery{
		ID: r.text("id"), DeliveryID: r.text("delivery_id"), Source: r.text("source"), Proof: r.text("proof"), Done: r.text("done"),
		Headers: r.texts("headers"), RawQuery: r.text("query"), ContentType: r.text("content_type"),
	}
	d.Time, d.Body = r.time(), r.body()
	if r.foreign || string(m["untag"]) != strconv.Itoa(format) || d.ID == "" || d.Source == "" {
		return event.Delivery{}, ErrForeign
	}
	return d, nil
}

// reader reads the members of a stored delivery. A member of another type than untag writes
// makes the message foreign.
type reader struct {
	members map[string]jsonvalue.Raw
	foreign bool
}

func (r *reader) bytes(value jsonvalue.Raw) []byte {
	text, ok := value.Text()
	r.foreign = r.foreign || !ok
	return text
}

// text returns a string member that may be absent.
func (r *reader) text(name string) string {
	if r.members[name] == nil {
		return ""
	}
	return string(r.bytes(r.members[name]))
}

// texts returns a member that may be absent, an object of strings.
func (r *reader) texts(name string) map[string]string {
	if r.members[name] == nil {
		return nil
	}
	members, err := r.members[name].Object()
	r.foreign = r.foreign || err != nil
	texts := make(map[string]string, len(members))
	for name, value := range members {
		texts[name] = string(r.bytes(value))
	}
	return texts
}

// time returns the member "time", which may be absent.
func (r *reader) time() time.Time {
	var t time.Time
	if text := r.members["time"]; text != nil {
		_, ok := text.Text() // UnmarshalJSON accepts null
		r.foreign = r.foreign || !ok || t.UnmarshalJSON(text) != nil
	}
	return t
}

// body returns the body from one of the two members that can hold it, never both.
func (r *reader) body() []byte {
	plain, encoded := r.members["body"], r.members["body_base64"]
	switch {
	case plain != nil && encoded == nil:
		return r.bytes(plain)
	case plain == nil && encoded != nil:
		decoded, err := base64.StdEncoding.Strict().DecodeString(r.text("body_base64"))
		r.foreign = r.foreign || err != nil || len(decoded) == 0
		return decoded
	}
	r.foreign = true
	return nil
}
