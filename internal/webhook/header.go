package webhook

import (
	"maps"
	"math"
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
// source says, or else from a usual header. Of several families of headers, only that of the
// proof counts.
func deliveryID(from source, kind string, header http.Header) string {
	names := from.ID.Headers
	if family := from.family(kind, header); family < len(names) {
		names = names[family : family+1]
	}
	for _, name := range names {
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

// family returns the position of the signature's header among those of the way to verify that
// proved a request, or a large number if it has only one.
func (s source) family(kind string, header http.Header) int {
	for _, scheme := range s.schemes {
		if v := scheme.verify; scheme.Kind == kind && v != nil && len(v.Signature.Headers) > 1 {
			return familyOf(v.Signature, header)
		}
	}
	return math.MaxInt
}

// familyOf returns the position of the first of a place's headers that a request has.
func familyOf(at sender.Place, header http.Header) int {
	if len(at.Headers) < 2 || at.To > 0 {
		return 0
	}
	for i, name := range at.Headers {
		if values := valuesOf(header, name); len(values) > 0 && values[0] != "" {
			return i
		}
	}
	return 0
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
