package handler

import (
	"bytes"
	"slices"

	"untag/internal/jsonvalue"
)

// What the gateway says about the caller shows whether an authorizer or IAM authorized a
// request. The gateway writes the containers for that on every route, even on those without
// an authorizer, so only their contents count. A value of another type than the gateway
// writes does not count.

// authorizedV2 is for payload 2.0. `jwt` and `iam` count if they name a caller. A Lambda
// authorizer that returned no context shows only as its key, `"lambda": null`. A route has
// one authorizer, so next to other keys that is an empty container too.
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

// gatewayKeys are the members of an authorizer in payload 1.0 that the gateway itself
// writes. All others are the context that a Lambda authorizer returned.
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

// claimed reports whether there is a claim, and so a token that was accepted.
func claimed(claims jsonvalue.Raw) bool {
	members, _ := claims.Object()
	for _, value := range members {
		if filled(value) {
			return true
		}
	}
	return false
}

// filled reports whether a value is a text that is not blank, a number or true.
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
