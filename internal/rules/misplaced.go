package rules

import (
	"slices"
	"strings"
)

// otherPlace says where a key of a source belongs that was written elsewhere; "" if it belongs
// nowhere. What names the set of keys that it was written in.
func otherPlace(what, key string) string {
	within, isSource := firstName(what), strings.HasPrefix(what, "source ")
	other := strings.ToLower(key)
	switch {
	case isSource && other != "url" && slices.Contains(slices.Concat(signedKeys, tokenWayKeys), other):
		return "put it under `verify`, as in `verify: {hmac: {hash: sha256}, signature: {header: X-Signature}}`"
	case (within == "hmac" || within == "key") && slices.Contains([]string{"header", "prefix", "query", "json", "form", "list"}, other):
		return "put it under `signature`, as in `signature: {header: X-Signature, prefix: \"sha256=\"}`"
	case (within == "hmac" || within == "key" || within == "signature") && (other == "unit" || other == "tolerance"):
		return "put it under `timestamp`, as in `timestamp: {header: X-Timestamp, unit: s, tolerance: 5m}`"
	case within == "hmac" && (other == "algorithm" || other == "alg"):
		return "write `hash`, as in `hash: sha256`"
	case within == "signature" && (other == "encoding" || other == "hash" || other == "algorithm"):
		return "put it under `hmac` or `key`, as in `hmac: {hash: sha256, encoding: hex}`"
	case within == "jwt" && (other == "signature" || other == "covers"):
		return "put it next to `jwt`, as in `verify: {jwt: {algorithms: [HS256]}, covers: sender}`"
	case within == "jwt" && (other == "alg" || other == "algorithm"):
		return "write `algorithms`, as in `algorithms: [HS256]`"
	case within == "jwt" && (other == "issuer" || other == "audience"):
		return "write `" + other[:3] + "`"
	}
	return ""
}

// firstName returns the first name in quotation marks.
func firstName(what string) string {
	_, after, _ := strings.Cut(what, "`")
	name, _, _ := strings.Cut(after, "`")
	return name
}
