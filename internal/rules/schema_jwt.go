package rules

// tokenWay is how a sender signs with a token.
func tokenWay(place object) object {
	claim := func(about, hash string) object {
		o := closed(claimKeys, object{
			"claim":    nonEmpty("The name of the claim, such as payload_hash."),
			"hash":     object{"enum": algorithms, "description": hash},
			"encoding": object{"enum": encodings, "description": "How the hash is encoded, by default hex."},
		}, "claim")
		o["description"] = about
		return o
	}
	algorithm := object{"enum": jwtAlgorithms}
	return closed(tokenWayKeys, object{
		"jwt": closed(jwtKeys, object{
			"algorithms": object{"description": "The algorithms that a token may be signed with: HS256 and so on with a stored secret, others with a public key.", "oneOf": []any{algorithm, object{"type": "array", "items": algorithm, "minItems": 1, "uniqueItems": true}}},
			"jwks":       object{"type": "string", "pattern": "^https://", "description": "The https URL of the sender's public keys. Without it, the secret or the public key is stored."},
			"secret":     object{"enum": jwtSecrets, "description": "What is stored as the secret: text, by default, for the key; claims for iss and, after a blank, aud."},
			"iss":        nonEmpty("The issuer that a token must have."),
			"aud":        nonEmpty("The audience that a token must have; url stands for the URL of the request."),
			"claims":     object{"type": "object", "minProperties": 1, "description": "Other claims that a token must have.", "additionalProperties": nonEmpty("The value, a text.")},
			"expires":    object{"type": "boolean", "description": "Whether a token must say when it expires."},
			"leeway":     object{"type": "string", "pattern": "^[0-9]", "description": "By how much the clocks may differ, by default 60s."},
			"tolerance":  object{"type": "string", "pattern": "^(none|[0-9].*)$", "description": "How old a token without exp may be, by default 5m; none accepts any age."},
			"body":       claim("The claim with the hash of the body.", "The hash function, by default sha256."),
			"url":        claim("The claim with the URL of the request, or its hash.", "The hash function; without it, the claim is the URL itself."),
		}, "algorithms"),
		"signature": closed(placeKeys, place),
		"covers":    object{"enum": coverings, "description": "What a right token proves: sender, if it does not cover the body."},
	}, "jwt")
}

// tokenAs are the keys of a sender whose tokens a source narrows down.
func tokenAs() object {
	return object{
		"iss":    nonEmpty("The issuer that its tokens must have, such as orgId:123."),
		"aud":    nonEmpty("The audience that its tokens must have, such as webhookId:123."),
		"jwks":   object{"type": "string", "pattern": "^https://", "description": "Which of the sender's URLs has your public keys, if it has several."},
		"covers": object{"enum": coverings, "description": "sender accepts tokens that do not cover the body."},
	}
}
