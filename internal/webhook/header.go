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
		same = same && isCanonical(name)
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

// isCanonical reports whether a name is as http.CanonicalHeaderKey returns it, which takes longer.
// Of a name with other characters than letters, digits and hyphens it may say no though it is.
func isCanonical(name string) bool {
	first := true
	for i := range len(name) {
		c := name[i]
		switch {
		case first && 'a' <= c && c <= 'z', !first && 'A' <= c && c <= 'Z':
			return false
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
			first = false
		case c == '-':
			first = true
		default:
			return false
		}
	}
	return true
}

// valuesOf returns the values of a header, whose name may be in any case. Unlike Values of the
// header it allocates nothing.
func valuesOf(header http.Header, name string) []string {
	var canonical [64]byte
	if len(name) > len(canonical) {
		return header.Values(name)
	}
	upper := true
	for i := range len(name) {
		c := name[i]
		switch {
		case upper && 'a' <= c && c <= 'z':
			c -= 'a' - 'A'
		case !upper && 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		canonical[i] = c
		upper = c == '-'
	}
	return header[string(canonical[:len(name)])]
}

// deliveryID returns the sender's identifier of a delivery, "" if it sent none: from where the
// source says, or else from a usual header.
func deliveryID(at sender.Place, header http.Header) string {
	for _, name := range at.Headers {
		if values := valuesOf(header, name); len(values) > 0 {
			if id := identifier(values[0]); id != "" {
				return id
			}
		}
	}
	for _, name := range [...]string{"Webhook-Id", "Svix-Id", "X-Github-Delivery", "X-Shopify-Webhook-Id", "Ce-Id"} {
		if values := header[name]; len(values) > 0 {
			if id := identifier(values[0]); id != "" {
				return id
			}
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
