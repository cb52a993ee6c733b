package webhook

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"untag/internal/sender"
)

// canonical returns the headers under their canonical names, so that two spellings of one
// header count as one header that occurs twice.
func canonical(header http.Header) http.Header {
	same := true
	for name := range header {
		same = same && http.CanonicalHeaderKey(name) == name
	}
	if same {
		return header
	}
	all := make(http.Header, len(header))
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			all.Add(name, value)
		}
	}
	return all
}

// deliveryID returns the sender's identifier of a delivery, "" if it sent none: from where the
// source says, or else from a usual header.
func deliveryID(at sender.Place, header http.Header) string {
	usual := []string{"Webhook-Id", "Svix-Id", "X-Github-Delivery", "X-Shopify-Webhook-Id", "Ce-Id"}
	for _, name := range slices.Concat(at.Headers, usual) {
		if id := identifier(header.Get(name)); id != "" {
			return id
		}
	}
	return ""
}

// maxIdentifier is longer than any sender's identifier, in bytes.
const maxIdentifier = 255

// identifier returns id if it can be an identifier that goes into the log and the queue.
// Otherwise it returns "", so that the delivery counts as one without an identifier.
func identifier(id string) string {
	odd := func(r rune) bool { return !unicode.IsPrint(r) }
	if len(id) > maxIdentifier || !utf8.ValidString(id) || strings.ContainsFunc(id, odd) {
		return ""
	}
	return id
}
