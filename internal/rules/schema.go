package rules

import "encoding/json"

// object is a JSON object under construction.
type object = map[string]any

// Schema returns a JSON Schema (draft 2020-12) of the rules file, for editors that complete
// and check what you type. It knows the keys and their shapes; Load knows the rest.
func Schema() ([]byte, error) {
	source := closed(sourceKeys, object{
		"verify": object{
			"description": "How a request proves who sent it: one way, or several of which one must succeed.",
			"oneOf":       []any{way(), object{"type": "array", "items": way(), "minItems": 1, "uniqueItems": true}},
		},
		"id": object{
			"description": "The header with the sender's identifier of a delivery: `header X-Delivery-Id`. It tells repeats apart.",
			"oneOf":       []any{object{"type": "string", "pattern": "^header +\\S+$"}, headerOnly()},
		},
		"header":    nonEmpty("The header that carries the token or the signature. A token comes in X-Webhook-Token unless this or query says otherwise."),
		"query":     nonEmpty("The query parameter that carries the token. If header is set too, either of them is enough."),
		"algorithm": object{"enum": algorithms, "description": "The hash function of the signature (HMAC), by default sha256."},
		"encoding":  object{"enum": encodings, "description": "How the signature is encoded, by default hex."},
		"prefix":    nonEmpty("The text before the token or the signature in its header, such as \"Bearer \" or sha256=."),
		"events": closed(eventsKeys, object{
			"each": nonEmpty("The list whose elements are events of their own: [] for the outermost one, or a path such as events[]."),
			"id":   nonEmpty("The path of an event's identifier in it, such as id. It tells repeats apart."),
			"form": nonEmpty("The field of a form that holds the events as JSON."),
		}),
		"handshake": object{
			"description": "Requests that a sender makes to confirm the URL, each with its answer.",
			"oneOf":       []any{handshakes(), object{"type": "array", "items": handshakes(), "minItems": 1}},
		},
		"reply": nonEmpty("The text of every 2xx answer, where the sender expects one."),
		"answer": closed(answerKeys, object{
			"queued": object{"enum": []int{200, 202}, "description": "The status for events that were stored in the queue, by default 202."},
			"body":   object{"enum": bodies, "description": "What the answer tells: brief is the id and the outcome alone; empty is an answer without a body."},
			"echo":   nonEmpty("The header of the request that every 2xx answer repeats, where the sender expects it."),
		}),
		"url":         object{"type": "string", "pattern": "^https?://", "description": "The whole URL that the sender calls, for senders that sign it, if it is neither the gateway's nor the one that PUBLIC_URL names."},
		"eventbridge": nonEmpty("The source of the EventBridge events that belong to this source; verify must list aws."),
		"watch": closed(watchKeys, object{
			"events":  texts("The events of Zoho CRM to subscribe to: a module, a dot, and create, edit, delete or all, such as Deals.edit."),
			"related": object{"type": "boolean", "description": "Whether changes of related records notify too, by default false."},
		}, "events"),
	}, "verify")
	find := closed(findKeys, object{
		"email":    expressions("An expression for the email address to look for or for a list of addresses, or a list of such expressions."),
		"phone":    expressions("An expression for the phone number to look for or for a list of numbers, or a list of such expressions."),
		"region":   region("The country of phone numbers without a country code, if it differs from that of the file."),
		"criteria": object{"type": "object", "minProperties": 1, "description": "Fields, by their API names, and the values that they must equal.", "propertyNames": object{"pattern": criterionName}, "additionalProperties": expressionText("The value, an expression.")},
		"many":     object{"type": "boolean", "description": "Whether several records may be found; otherwise that is an error and no tag is removed."},
		"wait":     object{"type": "string", "pattern": "^[0-9]", "description": "How long after the event untag keeps looking for a record, such as 5m: Zoho's search lags behind changes."},
	})
	find["oneOf"] = []any{required("email"), required("phone"), required("criteria")}
	record := closed(recordKeys, object{
		"module":  nonEmpty("The module, such as Deals; ${…} computes it."),
		"id":      expressions("An expression for the id of the record or for a list of ids, or a list of such expressions."),
		"find":    find,
		"missing": object{"const": "skip", "description": "skip: a missing or empty id, or value to look for, is nothing to do instead of an error."},
	}, "module")
	record["oneOf"] = []any{required("id"), required("find")}
	rule := closed(ruleKeys, object{
		"name":     nonEmpty("A unique name, for logs and tests."),
		"about":    nonEmpty("What the rule is for."),
		"on":       texts("The source, or a list of sources, whose events the rule looks at."),
		"when":     expressionText("A condition on event, headers, query and source. A missing field never matches."),
		"record":   record,
		"where":    expressionText("A condition on record, the current record in the CRM, and on all that when can use."),
		"remove":   texts("The tags to remove: names, names with ${…}, and patterns with *."),
		"keep":     texts("Tags that a pattern must not remove."),
		"mode":     object{"enum": []string{modeRemove, modeObserve}, "description": "observe: decide, look up and log what the rule would remove, and remove nothing; by default remove."},
		"disabled": object{"type": "boolean", "description": "Switches the rule off."},
	}, "name", "on", "when", "record", "remove")
	file := closed(fileKeys, object{
		"version": object{"const": 1},
		"region":  region("The country of phone numbers without a country code, as two letters of ISO 3166."),
		"sources": object{
			"type": "object", "minProperties": 1, "description": "Who sends events, and how each sender is verified.",
			"propertyNames": object{"pattern": sourceName}, "additionalProperties": source,
		},
		"rules": object{"type": "array", "minItems": 1, "items": rule},
	}, "version", "sources", "rules")
	file["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	file["title"] = "untag rules"
	out, err := json.MarshalIndent(file, "", "  ")
	return append(out, '\n'), err
}

func headerOnly() object {
	return closed([]string{"header"}, object{"header": texts("The header, or several of which a request has one.")}, "header")
}

// closed returns an object that allows only these keys, each with its description.
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

// expressions is an expression or a list of them.
func expressions(about string) object {
	return object{
		"description": about,
		"oneOf":       []any{expressionText(""), object{"type": "array", "items": expressionText(""), "minItems": 1}},
	}
}

// expressionText returns the schema of an expression. YAML does not read all of them as
// text: `true` is a boolean and `42` a number.
func expressionText(about string) object {
	o := object{"type": []string{"string", "boolean", "integer"}, "minLength": 1}
	if about != "" {
		o["description"] = about
	}
	return o
}
