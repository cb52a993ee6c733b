package rules

import "encoding/json"

// object is a JSON object under construction.
type object = map[string]any

// Schema is a JSON Schema (draft 2020-12) of the rules file, for editors that complete
// and check while one types. It knows the keys and their shapes; Load knows the rest.
func Schema() ([]byte, error) {
	source := closed(sourceKeys, object{
		"verify": object{
			"description": "How a delivery proves where it comes from: one way, or several of which one has to succeed.",
			"oneOf":       []any{object{"enum": schemeKinds}, object{"type": "array", "items": object{"enum": schemeKinds}, "minItems": 1, "uniqueItems": true}},
		},
		"header":      nonEmpty("The header that carries the token or the signature. A token comes in X-Webhook-Token unless this or query says otherwise."),
		"query":       nonEmpty("The query parameter that carries the token. With header beside it, either of them proves."),
		"algorithm":   object{"enum": algorithms, "description": "The hash of the HMAC, sha256 unless given."},
		"encoding":    object{"enum": encodings, "description": "How the signature is written, hex unless given."},
		"prefix":      nonEmpty("What stands before the token or the signature in its header, such as \"Bearer \" or sha256=."),
		"eventbridge": nonEmpty("The source of the EventBridge events that belong here; verify has to list aws."),
	}, "verify")
	find := closed(findKeys, object{
		"email":    expressionText("The e-mail address to look for."),
		"phone":    expressionText("The phone number to look for."),
		"region":   region("The country of phone numbers without a country code, if not that of the file."),
		"criteria": object{"type": "object", "minProperties": 1, "description": "Fields, by API name, and what they have to equal.", "propertyNames": object{"pattern": criterionName}, "additionalProperties": expressionText("The value, an expression.")},
		"many":     object{"type": "boolean", "description": "Whether several records may be found; otherwise that is reported and nothing is taken off."},
		"wait":     object{"type": "string", "pattern": "^[0-9]", "description": "How long after the event a record may take to be found, such as 5m: Zoho's search lags behind changes."},
	})
	find["oneOf"] = []any{required("email"), required("phone"), required("criteria")}
	record := closed(recordKeys, object{
		"module": nonEmpty("The module, such as Deals; ${…} computes it."),
		"id": object{
			"description": "The id of the record or a list of ids; or several expressions for one.",
			"oneOf":       []any{expressionText(""), object{"type": "array", "items": expressionText(""), "minItems": 1}},
		},
		"find": find,
	}, "module")
	record["oneOf"] = []any{required("id"), required("find")}
	rule := closed(ruleKeys, object{
		"name":     nonEmpty("A name of its own, for logs and tests."),
		"about":    nonEmpty("What the rule is for."),
		"on":       texts("The source, or the sources, whose events it looks at."),
		"when":     expressionText("The condition over event, headers, query and source. A missing field never matches."),
		"record":   record,
		"where":    expressionText("A condition over record, the live record in the CRM, and all that when sees."),
		"remove":   texts("The tags to take off: names, names with ${…}, and patterns with *."),
		"keep":     texts("Tags that a pattern must not take."),
		"disabled": object{"type": "boolean", "description": "Switches the rule off."},
	}, "name", "on", "when", "record", "remove")
	file := closed(fileKeys, object{
		"version": object{"const": 1},
		"region":  region("The country of phone numbers without a country code, as two letters of ISO 3166."),
		"sources": object{
			"type": "object", "minProperties": 1, "description": "Who sends events, and how that is verified.",
			"propertyNames": object{"pattern": sourceName}, "additionalProperties": source,
		},
		"rules": object{"type": "array", "minItems": 1, "items": rule},
	}, "version", "sources", "rules")
	file["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	file["title"] = "untag rules"
	out, err := json.MarshalIndent(file, "", "  ")
	return append(out, '\n'), err
}

// closed is an object with these keys and no others, described one by one.
func closed(keys []string, described object, needed ...string) object {
	properties := make(object, len(keys))
	for _, key := range keys {
		properties[key] = described[key]
	}
	o := object{"type": "object", "additionalProperties": false, "properties": properties}
	if len(needed) > 0 {
		o["required"] = needed
	}
	return o
}

func required(key string) object { return object{"required": []string{key}} }

func region(about string) object {
	return object{"type": "string", "pattern": "^[A-Za-z]{2}$", "description": about, "examples": []string{"US", "DE"}}
}

func nonEmpty(about string) object {
	return object{"type": "string", "minLength": 1, "description": about}
}

func texts(about string) object {
	one := object{"type": "string", "minLength": 1}
	return object{
		"description": about,
		"oneOf":       []any{one, object{"type": "array", "items": one, "minItems": 1, "uniqueItems": true}},
	}
}

// expressionText is an expression. YAML reads some of them, `true` and `42`, as
// something else than text.
func expressionText(about string) object {
	o := object{"type": []string{"string", "boolean", "integer"}, "minLength": 1}
	if about != "" {
		o["description"] = about
	}
	return o
}
