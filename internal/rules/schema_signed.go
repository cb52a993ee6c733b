package rules

import (
	"maps"
	"slices"

	"untag/internal/sender"
)

// way is one way to verify: a name, a sender with another tolerance, or how a sender signs.
func way() object {
	names := slices.Concat(schemeKinds, sender.Names())
	tolerance := object{"type": "string", "pattern": "^(none|[0-9].*)$", "description": "How far the time of signing may be from now, by default 5m; none accepts any time."}
	narrowed := tokenAs()
	narrowed["as"], narrowed["tolerance"] = object{"enum": sender.Names(), "description": "A sender that untag senders lists."}, tolerance
	as := closed(asKeys, narrowed, "as")
	place := placeSchema()
	timestamp := maps.Clone(place)
	timestamp["unit"] = object{"enum": timeUnits, "description": "s: seconds since 1970; ms: milliseconds; iso: as in 2026-11-25T12:00:00Z."}
	timestamp["tolerance"] = tolerance
	hash := object{"enum": algorithms, "description": "The hash function, by default sha256."}
	digest := maps.Clone(place)
	digest["hash"], digest["encoding"] = hash, object{"enum": encodings, "description": "How the hash is encoded, by default hex."}
	digest["optional"] = object{"type": "boolean", "description": "Whether a form, or an empty body, may come without it."}
	signed := closed(signedKeys, object{
		"hmac": closed(hmacKeys, object{
			"hash":     hash,
			"encoding": object{"enum": encodings, "description": "How the signature is encoded, by default hex."},
			"secret":   object{"enum": secretForms, "description": "How the key is stored, by default text. The secret itself is never in this file."},
			"strip":    nonEmpty("The beginning of the stored secret that is not part of the key, such as whsec_."),
		}),
		"key": closed(keyKeys, object{
			"type":     object{"enum": keyTypes, "description": "The kind of public key, which is stored in place of a secret."},
			"hash":     hash,
			"encoding": object{"enum": encodings, "description": "How the signature is encoded, by default base64."},
			"public":   object{"enum": keyForms, "description": "How the sender shows its public key, by default der."},
		}, "type"),
		"compare":   object{"enum": []string{"token", "basic"}, "description": "token: the signature's place holds the stored secret itself; basic: HTTP basic authentication."},
		"signature": closed(placeKeys, place),
		"timestamp": closed(timestampKeys, timestamp),
		"signed":    nonEmpty("What is signed, such as {timestamp}.{body}; by default {body}."),
		"url": closed(urlKeys, object{
			"decode": object{"type": "array", "minItems": 1, "items": object{"type": "string", "pattern": "^%[0-9A-Fa-f]{2}$"}, "description": "Escapes of the URL that the sender decodes before it signs."},
			"port":   object{"const": "either", "description": "either: the sender may sign the URL with or without its port."},
		}),
		"params": closed(paramsKeys, object{
			"of":     object{"description": "Which parameters are signed.", "oneOf": []any{object{"enum": []string{"query", "form"}}, object{"type": "array", "items": object{"enum": []string{"query", "form"}}, "minItems": 1, "uniqueItems": true}}},
			"unique": object{"type": "boolean", "description": "Whether equal repeated values count once."},
		}, "of"),
		"digest": closed(digestKeys, digest),
		"each":   nonEmpty("The list whose elements carry a signature each, such as items[]."),
		"covers": object{"enum": coverings, "description": "What a right signature proves: sender, if it does not cover the body."},
	})
	signed["oneOf"] = []any{required("hmac"), required("key"), required("compare")}
	return object{"oneOf": []any{object{"enum": names}, as, signed, tokenWay(place)}}
}

// placeSchema is where in a request a value is.
func placeSchema() object {
	return object{
		"header":    texts("The header, or several of which a request has one."),
		"query":     nonEmpty("The query parameter."),
		"json":      nonEmpty("The path into the JSON of the body, such as data.signature."),
		"form":      nonEmpty("The field of the form in the body."),
		"to":        object{"type": "integer", "minimum": 1, "maximum": mostHeaders, "description": "How far {n} in the name of the header counts."},
		"scheme":    nonEmpty("The word before the value in the header, such as Bearer."),
		"prefix":    nonEmpty("The text before the value, such as sha256=."),
		"bare":      object{"type": "boolean", "description": "Whether the value may also come without the prefix."},
		"list":      object{"type": "string", "minLength": 1, "description": "The text between the items, if the value is a list."},
		"key":       nonEmpty("Which items of the list count: those that begin with this key."),
		"separator": object{"type": "string", "minLength": 1, "description": "The text between a key and its value, by default =."},
		"item":      object{"type": "integer", "minimum": 1, "maximum": mostItems, "description": "Which item of the list counts, from 1."},
		"from":      object{"type": "integer", "minimum": 1, "maximum": mostItems, "description": "The item of the list from which on all count."},
	}
}

// handshakes is a request that confirms a URL.
func handshakes() object {
	condition := closed(conditionKeys, object{
		"json":   nonEmpty("A path into the JSON of the body, such as data.challenge."),
		"form":   nonEmpty("A field of the form in the body."),
		"query":  nonEmpty("A query parameter."),
		"header": nonEmpty("A header."),
		"is":     nonEmpty("The value that it must have; by default any."),
	})
	return closed(handshakeKeys, object{
		"method": object{"enum": methods, "description": "The method, by default any."},
		"when":   object{"description": "What such a request has: one place, or several. A GET that says nothing needs none.", "oneOf": []any{condition, object{"type": "array", "items": condition, "minItems": 1}}},
		"secret": nonEmpty("Where the request has the stored verify_token, such as query hub.verify_token."),
		"signed": object{"type": "boolean", "description": "Whether the request must verify before it is answered."},
		"text":   nonEmpty("The answer as plain text, such as {query hub.challenge}."),
		"json":   object{"type": "object", "minProperties": 1, "description": "The fields of the answer as JSON.", "additionalProperties": nonEmpty("The value, such as {json challenge}.")},
		"header": object{"type": "object", "minProperties": 1, "description": "Headers of the answer.", "additionalProperties": nonEmpty("The value, such as {header X-Hook-Secret}.")},
		"show":   nonEmpty("Where the request has a secret that you must store, such as header X-Hook-Secret. It is logged while the source has no secret."),
	})
}
