package webhook

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"untag/internal/event"
)

// deliveryHeaders carry the sender's own identifier of a delivery.
var deliveryHeaders = [...]string{"Webhook-Id", "Svix-Id", "X-Github-Delivery", "X-Shopify-Webhook-Id"}

func deliveryID(header http.Header) string {
	for _, name := range deliveryHeaders {
		if id := header.Get(name); id != "" {
			return id
		}
	}
	return ""
}

// kept gives the headers that go on with the delivery: the first value of each,
// without those that carry a credential.
func kept(source event.Source, header http.Header) map[string]string {
	headers := make(map[string]string, len(header))
	for name, values := range header {
		if len(values) > 0 {
			headers[strings.ToLower(name)] = values[0]
		}
	}
	for _, name := range credentialHeaders(source) {
		delete(headers, strings.ToLower(name))
	}
	return headers
}

func credentialHeaders(source event.Source) []string {
	names := []string{"authorization", "proxy-authorization", "cookie", "x-api-key", "x-amz-security-token"}
	for _, scheme := range source.Verify {
		switch scheme.Kind {
		case "github":
			names = append(names, "x-hub-signature-256", "x-hub-signature")
		case "token", "hmac":
			if scheme.Header != "" {
				names = append(names, scheme.Header)
			}
		}
	}
	return names
}

// withoutToken takes the token out of a query and leaves the rest byte for byte.
func withoutToken(source event.Source, rawQuery string) string {
	var names []string
	for _, scheme := range source.Verify {
		if scheme.Query != "" {
			names = append(names, scheme.Query)
		}
	}
	if len(names) == 0 {
		return rawQuery
	}
	pairs := strings.Split(rawQuery, "&")
	return strings.Join(slices.DeleteFunc(pairs, func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		return err == nil && slices.Contains(names, plain)
	}), "&")
}
