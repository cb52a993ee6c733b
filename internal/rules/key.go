package rules

import (
	"slices"
	"strings"

	"untag/internal/nearest"
)

// meantKey returns the known key that an unknown one probably stands for, and what to do; ""
// if it is like none of them.
func meantKey(name string, known []string) (key, hint string) {
	key = otherWord(strings.ToLower(name))
	switch {
	case slices.Contains(known, key):
		return key, "write `" + key + "`"
	case slices.Contains(known, "record") && slices.Contains(recordKeys, strings.ToLower(name)):
		return "record", "put it under `record`, as in `record: {module: Deals, id: event.id}`"
	case slices.Contains(known, "record") && slices.Contains(findKeys, strings.ToLower(name)),
		slices.Contains(known, "find") && slices.Contains(findKeys, strings.ToLower(name)):
		return "record", "put it under `find`, as in `record: {module: Contacts, find: {email: event.email}}`"
	}
	key = nearest.Of(name, known)
	return key, didYouMean(name, known)
}

// otherWord returns the key that people may write another word for, "" for any other word.
func otherWord(name string) string {
	switch name {
	case "if", "condition", "conditions", "filter":
		return "when"
	case "source", "from", "sender", "trigger":
		return "on"
	case "tags", "tag", "untag", "remove_tags", "removetags", "delete":
		return "remove"
	case "title", "rule":
		return "name"
	case "description", "comment", "note":
		return "about"
	case "records", "target", "match":
		return "record"
	case "exclude", "except":
		return "keep"
	case "disable", "off", "enabled", "active":
		return "disabled"
	case "ids", "record_id", "recordid":
		return "id"
	}
	return ""
}

// emptyHint says what to write for an optional key that has no value.
func emptyHint(what, name string) string {
	if hint := example("`" + name + "` of " + what); hint != "" {
		return hint
	}
	return "write a value, or remove `" + name + "`"
}
