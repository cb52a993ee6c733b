package rules

import "strings"

// example says what to write for a key that has no value, or one of another kind; "" if the key
// explains itself. What is the key, and the set of keys that it is in.
func example(what string) string {
	name := firstName(what)
	_, in, _ := strings.Cut(what, "` of ")
	for _, e := range examples() {
		if e.name == name && strings.Contains(in, e.in) {
			return e.hint
		}
	}
	return ""
}

// examples are those of the keys, the most particular first.
func examples() []struct{ name, in, hint string } {
	const write = "write for example "
	return []struct{ name, in, hint string }{
		{"id", "`events`", write + "`id: id`, the path of the identifier within an event"},
		{"id", "source ", write + "`id: header X-Delivery-Id`"},
		{"id", "", write + "`id: event.id`"},
		{"find", "", write + "`find: {email: event.email}`"},
		{"keep", "", "name the tags to keep, as in `keep: [\"Stage: Won\"]`, or remove `keep`"},
		{"hmac", "", write + "`hmac: {hash: sha256, encoding: hex}`"},
		{"key", "`verify`", write + "`key: {type: ed25519}`"},
		{"key", "", "write the name that the item begins with, as in `key: v1`"},
		{"compare", "", "write `compare: token` or `compare: basic`"},
		{"jwt", "", write + "`jwt: {algorithms: [HS256], body: {claim: payload_hash}}`"},
		{"claims", "", write + "`claims: {email: push@acme.example}`"},
		{"body", "`jwt`", write + "`body: {claim: payload_hash}`"},
		{"url", "`jwt`", write + "`url: {claim: url}`"},
		{"url", "`verify`", write + "`url: {port: either}`"},
		{"signature", "", write + "`signature: {header: X-Signature}`"},
		{"timestamp", "", write + "`timestamp: {header: X-Timestamp, unit: s, tolerance: 5m}`"},
		{"signed", "`verify`", write + "`signed: \"{timestamp}.{body}\"`"},
		{"params", "", write + "`params: {of: [query, form]}`"},
		{"digest", "", write + "`digest: {header: X-Digest, hash: sha256}`"},
		{"each", "`verify`", write + "`each: \"items[]\"`"},
		{"each", "", write + "`each: \"events[]\"`"},
		{"covers", "", "write `covers: sender`, or remove it"},
		{"events", "", write + "`events: {each: \"events[]\", id: id}`"},
		{"handshake", "", write + "`handshake: {when: {query: challenge}, text: \"{query challenge}\"}`"},
		{"when", "handshake", write + "`when: {query: challenge}`"},
		{"json", "`handshake`", write + "`json: {challenge: \"{json challenge}\"}`"},
		{"header", "`handshake`", write + "`header: {X-Name: \"{header X-Name}\"}`"},
		{"answer", "", write + "`answer: {queued: 200, body: brief}`"},
	}
}
