package rules

import (
	"slices"
	"strings"
)

// schemeKinds are the ways to verify, the most usual first.
var schemeKinds = []string{"token", "basic", "github", "hmac", "zoho-notification", "aws"}

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

// schemeHint says how to write what somebody meant by a way to verify that there is not.
func schemeHint(kind string) string {
	switch strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(kind)) {
	case "none", "no", "false", "off", "open", "public", "any", "anyone", "anonymous", "skip", "disabled", "true":
		return "anyone can send to a webhook's URL, so every source proves who sends; `verify: token` asks for a secret in a header or in the URL"
	case "bearer", "bearertoken", "authorization", "oauth", "oauth2":
		return "a bearer token is written `verify: token`, `header: Authorization`, `prefix: \"Bearer \"`"
	case "jwt", "cognito":
		return "untag checks no JWT itself: put an authorizer in front of the route, and write `aws`"
	case "secret", "header", "query", "apikey", "xapikey", "key", "webhooktoken", "sharedsecret":
		return "a secret in a header or in the query is `token`, with `header` or `query`"
	case "password", "basicauth", "httpbasic", "user", "login":
		return "user and password are `basic`"
	case "signature", "sha1", "sha256", "sha512", "hmacsha1", "hmacsha256", "hmacsha512", "signed":
		return "a signature of the body is `hmac`, with `header` and `algorithm`; GitHub's is `github`"
	case "iam", "authorizer", "eventbridge", "lambda", "sigv4", "amazon":
		return "a request that AWS has authorised is `aws`"
	case "zoho", "zohocrm", "notification", "zohonotifications", "watch", "bodytoken":
		return "Zoho CRM's notifications are `zoho-notification`; its workflow webhooks carry a `token` in a header"
	}
	if hint := didYouMean(kind, schemeKinds); hint != "" {
		return hint
	}
	return "it is one of " + list(schemeKinds) + "; docs/deploy.md says what each of them takes"
}

// strayHint says where a key belongs that no listed way to verify reads.
func strayHint(key string, seen map[string]bool) string {
	switch {
	case seen["basic"] && (key == "header" || key == "prefix"):
		return "HTTP basic authentication always comes in the header Authorization"
	case seen["github"] && key != "query":
		return "`github` knows how GitHub signs; remove it"
	case seen["zoho-notification"] && (key == "header" || key == "query"):
		return "the token of a notification comes in its body; add `token` to `verify` for one in a header or in the query"
	}
	var kinds []string
	for _, kind := range schemeKinds {
		if slices.Contains(keysOf(kind), key) {
			kinds = append(kinds, "`"+kind+"`")
		}
	}
	return "it belongs to " + strings.Join(kinds, " and ")
}
