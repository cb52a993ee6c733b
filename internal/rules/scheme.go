package rules

import (
	"slices"
	"strings"
	"unicode"

	"untag/internal/sender"
)

// schemeKinds are the ways to verify, the most usual first.
var schemeKinds = []string{"token", "basic", "hmac", "zoho-notification", "aws"}

// waysToVerify says what to write where nothing is written.
func waysToVerify() string {
	return "write one of " + list(schemeKinds) + ", the name of a sender that `untag senders` lists, or several"
}

// keysOf lists the keys of a source that belong to a way to verify.
func keysOf(kind string) []string {
	switch kind {
	case "token":
		return []string{"header", "query", "prefix"}
	case "hmac":
		return []string{"header", "algorithm", "encoding", "prefix"}
	}
	return nil
}

// schemeHint says what to write instead of a way to verify that does not exist.
func schemeHint(kind string) string {
	switch strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(kind)) {
	case "none", "no", "false", "off", "open", "public", "any", "anyone", "anonymous", "skip", "disabled", "true":
		return "anyone can send to a webhook's URL, so every source must verify who sends; `verify: token` requires a secret in a header or in the URL"
	case "bearer", "bearertoken", "authorization", "oauth", "oauth2":
		return "for a bearer token, write `verify: token`, `header: Authorization`, `prefix: \"Bearer \"`"
	case "jwt", "jwks", "oidc":
		return "for a token that the sender signs, write `{jwt: {algorithms: [HS256], body: {claim: payload_hash}}}`, or the name of a sender; behind an authorizer of the route, write `aws`"
	case "cognito":
		return "put an authorizer in front of the route, and write `aws`"
	case "secret", "header", "query", "apikey", "xapikey", "key", "webhooktoken", "sharedsecret":
		return "for a secret in a header or in the query, write `token`, with `header` or `query`"
	case "zohobooks", "zohoinvoice", "zohoinventory", "zohoforms", "zohoflow", "zohosurvey", "zohocommerce", "zohowebinar", "zohobookings":
		return "write `token`, and add the header X-Webhook-Token with the secret to the webhook"
	case "mailchimp":
		return "Mailchimp signs nothing: write `token` with `query: token`, and put a secret into the URL; for Mailchimp Transactional, write `mandrill`"
	case "jotform", "eventbrite", "brevo", "activecampaign", "gorgias":
		return "this sender signs nothing: write `token` with `query: token`, and put a secret into the URL"
	case "bigcommerce", "standardwebhooks":
		return "write `standard`"
	case "pubsub", "googlepubsub", "gong":
		return "describe the token that this sender signs with `jwt`, as docs/senders.md shows"
	case "linkedin":
		return "untag cannot verify the signatures of this sender yet; if it can send a secret in a header or in the URL, write `token`"
	case "password", "basicauth", "httpbasic", "user", "login":
		return "for a user name and a password, write `basic`"
	case "signature", "sha1", "sha256", "sha512", "hmacsha1", "hmacsha256", "hmacsha512", "signed":
		return "for a signature of the body, write `hmac`, with `header` and `algorithm`; for a sender that `untag senders` lists, write its name"
	case "iam", "authorizer", "eventbridge", "lambda", "sigv4", "amazon":
		return "for requests that AWS has already authorised, write `aws`"
	case "zoho", "zohocrm", "notification", "zohonotifications", "watch", "bodytoken":
		return "for Zoho CRM's notifications, write `zoho-notification`; for its workflow webhooks, write `token`, and let them send it in a header"
	}
	return senderHint(kind)
}

// senderHint says what to write instead of a sender that untag does not know.
func senderHint(kind string) string {
	if slices.Contains(schemeKinds, kind) {
		return "write it without `as`, as in `verify: " + kind + "`"
	}
	if i := slices.IndexFunc(schemeKinds, func(known string) bool { return strings.EqualFold(strings.TrimSpace(kind), known) }); i >= 0 {
		return "write `" + schemeKinds[i] + "`"
	}
	if parts := strings.FieldsFunc(kind, func(r rune) bool { return r == ',' || r == ' ' }); len(parts) > 1 && !slices.ContainsFunc(parts, unknownWay) {
		return "write several as a list, as in `verify: [" + strings.Join(parts, ", ") + "]`"
	}
	meant := words(strings.TrimSuffix(strings.ToLower(kind), ".com"))
	names := sender.Names()
	for _, name := range names {
		if s, _ := LoadSender(name); strings.Join(words(name), "") == strings.Join(meant, "") || slices.Equal(words(s.Title), meant) {
			return "write `" + name + "`"
		}
	}
	for _, name := range names {
		if s, _ := LoadSender(name); len(meant) > 0 && strings.Contains(inWords(words(s.Title)), inWords(meant)) {
			return "for " + s.Title + ", write `" + name + "`"
		}
	}
	if hint := didYouMean(kind, slices.Concat(schemeKinds, names)); hint != "" {
		return hint
	}
	return "use one of " + list(schemeKinds) + ", or a sender that `untag senders` lists; docs/senders.md says how to describe another"
}

// unknownWay reports whether a word names no way to verify.
func unknownWay(word string) bool {
	return !slices.Contains(schemeKinds, word) && !slices.Contains(sender.Names(), word)
}

// words returns the words of a name, in lower case.
func words(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// inWords returns words in a form in which one list of them contains another.
func inWords(words []string) string { return " " + strings.Join(words, " ") + " " }

// strayHint says where a key belongs that none of the listed ways to verify reads.
func strayHint(key string, seen, named map[string]bool) string {
	switch {
	case seen["basic"] && (key == "header" || key == "prefix"):
		return "remove it: HTTP basic authentication always uses the header Authorization"
	case key != "query" && slices.ContainsFunc(sender.Names(), func(name string) bool { return seen[name] }):
		return "remove it: untag knows how this sender signs"
	case seen["zoho-notification"] && (key == "header" || key == "query"):
		return "the token of a notification comes in its body; add `token` to `verify` for one in a header or in the query"
	}
	if slices.ContainsFunc([]string{"hmac", "key", "jwt", "compare"}, func(kind string) bool { return seen[kind] && !named[kind] }) {
		return "write it where the source describes how it signs, as in `signature: {header: X-Signature}`, or remove it"
	}
	var kinds []string
	for _, kind := range schemeKinds {
		if slices.Contains(keysOf(kind), key) {
			kinds = append(kinds, "`"+kind+"`")
		}
	}
	return "it belongs to " + strings.Join(kinds, " and ")
}
