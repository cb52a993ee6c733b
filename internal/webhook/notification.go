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

// notification is the Kind of Zoho CRM's notifications: the token that was given at the
// subscription comes back in the body. See
// https://www.zoho.com/crm/developer/docs/api/v8/notifications/enable.html.
const notification = "zoho-notification"

// checkNotification compares the token in the body with every stored secret. The body must
// then be JSON as a whole: what cannot be read proves nothing. Its error is that of a body
// that is too large.
func checkNotification(req Request, stored []string) (reason string, err error) {
	if encodings, err := encodingsOf(strings.Join(req.Header.Values("Content-Encoding"), ",")); err != nil || len(encodings) > 0 {
		return "the body is compressed, which a notification of Zoho's never is", nil
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

// maxNotification is how many characters the token of a subscription may have.
const maxNotification = 50

// notificationCause adds to a reason that no stored secret can be the token of one.
func notificationCause(reason string, stored []string) string {
	if slices.ContainsFunc(stored, func(secret string) bool { return utf8.RuneCountInString(secret) <= maxNotification }) {
		return reason
	}
	return reason + fmt.Sprintf("; the stored secret has more than %d characters, and the token of a Zoho notification at most that many", maxNotification)
}
