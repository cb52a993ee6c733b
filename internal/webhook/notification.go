package webhook

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"untag/internal/jsonvalue"
)

// notification is the Kind of Zoho CRM's notifications. Their body contains the token that
// was set in the subscription. See
// https://www.zoho.com/crm/developer/docs/api/v8/notifications/enable.html.
const notification = "zoho-notification"

// checkNotification compares the token in the body with every stored secret. If it is right,
// the whole body must be valid JSON too: a body that cannot be parsed proves nothing. It
// returns an error if the body is too large.
func checkNotification(req Request, stored []string) (reason string, err error) {
	if encodings, err := encodingsOf(strings.Join(req.Header.Values("Content-Encoding"), ",")); err != nil || len(encodings) > 0 {
		return "the body is compressed, but Zoho's notifications never are", nil
	}
	if req.Excludes != nil && req.Excludes(tokenMember) {
		return noToken, nil
	}
	body, err := readBody(req)
	if err != nil {
		var e *Error
		if errors.As(err, &e) && e.Kind == Malformed {
			return e.Reason, nil
		}
		return "", err
	}
	sent, reason := bodyToken(body)
	if reason != "" {
		return reason, nil
	}
	if reason := compare(sent, stored, inBody, ""); reason != "" {
		return notificationCause(reason, stored), nil
	}
	value, err := jsonvalue.Decode(bytes.TrimPrefix(body, []byte(byteOrder)))
	if err != nil {
		return "the body cannot be read: " + err.Error(), nil
	}
	object, _ := value.(map[string]any)
	if whole, _ := object[tokenMember].(string); whole != sent {
		return "the body cannot be read", nil
	}
	return "", nil
}

// maxNotification is the maximum length of a subscription's token, in characters.
const maxNotification = 50

// notificationCause adds to the reason if no stored secret can be the token of a
// notification.
func notificationCause(reason string, stored []string) string {
	if slices.ContainsFunc(stored, func(secret string) bool { return utf8.RuneCountInString(secret) <= maxNotification }) {
		return reason
	}
	return reason + fmt.Sprintf("; the stored secret has more than %[1]d characters, but the token of a Zoho notification has at most %[1]d", maxNotification)
}
