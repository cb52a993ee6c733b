package handler

import (
	"bytes"
	"slices"

	"untag/internal/jsonvalue"
)

// Whether an authorizer or IAM let a request through is told from what the gateway says
// about the caller. The gateway writes the containers for that on every route, also on
// those without an authorizer, so only what is in them counts. What has another type
// than the gateway writes counts for nothing.

// authorizedV2 is for payload 2.0. `jwt` and `iam` count when they name somebody. A
// Lambda authorizer that returned no context shows in its key alone, `"lambda": null`;
// as a route has one authorizer, beside other keys that is an empty container as well.
func authorizedV2(context parts) bool {
	authorizer, _ := context.members["authorizer"].Object()
	jwt, _ := authorizer["jwt"].Object()
	iam, _ := authorizer["iam"].Object()
	lambda, ran := authorizer["lambda"]
	returned, err := lambda.Object()
	switch {
	case claimed(jwt["claims"]):
		return true
	case says(iam["userArn"]) || says(iam["callerId"]) || says(iam["userId"]):
		return true
	case len(returned) > 0:
		return true
	}
	return ran && len(authorizer) == 1 && (err == nil || string(lambda) == "null")
}

// gatewayKeys are the members of an authorizer in payload 1.0 that the gateway writes
// itself; all others are the context that a Lambda authorizer returned.
var gatewayKeys = []string{
	"claims", "scopes", "principalId",
	"error", "integrationLatency", "integrationStatus", "latency", "requestId", "status",
}

// authorizedV1 is for payload 1.0.
func authorizedV1(context parts) bool {
	identity, _ := context.members["identity"].Object()
	if says(identity["userArn"]) || says(identity["caller"]) || says(identity["user"]) {
		return true
	}
	authorizer, _ := context.members["authorizer"].Object()
	if says(authorizer["principalId"]) || claimed(authorizer["claims"]) {
		return true
	}
	for name, value := range authorizer {
		if !slices.Contains(gatewayKeys, name) && filled(value) {
			return true
		}
	}
	return false
}

// claimed reports whether a token was accepted: its claims, at least one of them.
func claimed(claims jsonvalue.Raw) bool {
	members, _ := claims.Object()
	for _, value := range members {
		if filled(value) {
			return true
		}
	}
	return false
}

// filled reports whether a value is a text, a number or true.
func filled(value jsonvalue.Raw) bool {
	if len(value) == 0 {
		return false
	}
	switch value[0] {
	case '"':
		return says(value)
	case 'n', 'f', '{', '[':
		return false
	}
	return true
}

// says reports whether a value is a text that is not blank.
func says(value jsonvalue.Raw) bool {
	text, _ := value.Text()
	return len(bytes.TrimSpace(text)) > 0
}
