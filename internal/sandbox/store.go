package sandbox

import (
	"fmt"
	"hash/fnv"
	"slices"
)

// store holds the records. Its users must hold the Sandbox's lock, except to read
// which modules there are, because that never changes.
type store struct {
	modules map[string]*module
}

type module struct {
	records []*record
	byID    map[string]*record
	fields  []string // of all records, sorted, without "id" and "Tag"
	tags    []string // that the records had at first: a module keeps tags that no record has
}

type record struct {
	id     string
	fields map[string]any // without "id" and "Tag"
	tags   []string
	first  []string // the tags that it had at first
}

func newStore(records Records) *store {
	s := &store{modules: make(map[string]*module, len(records))}
	for name, list := range records {
		m := &module{byID: make(map[string]*record, len(list))}
		seen := map[string]bool{}
		for _, given := range list {
			rec := newRecord(given)
			m.records = append(m.records, rec)
			m.byID[rec.id] = rec
			m.tags = append(m.tags, rec.tags...)
			for field := range rec.fields {
				seen[field] = true
			}
		}
		for field := range seen {
			m.fields = append(m.fields, field)
		}
		slices.Sort(m.fields)
		s.modules[name] = m
	}
	return s
}

func newRecord(given map[string]any) *record {
	rec := &record{fields: make(map[string]any, len(given))}
	for name, value := range given {
		switch name {
		case "id":
			rec.id = fmt.Sprint(value)
		case "Tag":
			rec.tags, rec.first = tagNames(value), tagNames(value)
		default:
			rec.fields[name] = clone(value)
		}
	}
	return rec
}

// tagNames accepts names, or objects with a "name" as Zoho sends them.
func tagNames(value any) []string {
	var names []string
	switch list := value.(type) {
	case []string:
		names = append(names, list...)
	case []any:
		for _, item := range list {
			if object, ok := item.(map[string]any); ok {
				item = object["name"]
			}
			if name, ok := item.(string); ok {
				names = append(names, name)
			}
		}
	case []map[string]any:
		for _, object := range list {
			if name, ok := object["name"].(string); ok {
				names = append(names, name)
			}
		}
	}
	return names
}

func (s *store) has(name string) bool { return s.modules[name] != nil }

// find returns nil if there is no such record. It finds a task, event or call under
// Activities too.
func (s *store) find(name, id string) *record {
	if m := s.modules[name]; m != nil && m.byID[id] != nil {
		return m.byID[id]
	}
	if name == "Activities" {
		for _, part := range activityModules() {
			if rec := s.find(part, id); rec != nil {
				return rec
			}
		}
	}
	return nil
}

// all returns a module's records in the order they were given.
func (s *store) all(name string) []*record {
	var list []*record
	if m := s.modules[name]; m != nil {
		list = append(list, m.records...)
	}
	if name == "Activities" {
		for _, part := range activityModules() {
			list = append(list, s.all(part)...)
		}
	}
	return list
}

// fields returns the names of all fields that a module's records have.
func (s *store) fields(name string) []string {
	var names []string
	if m := s.modules[name]; m != nil {
		names = append(names, m.fields...)
	}
	if name == "Activities" {
		for _, part := range activityModules() {
			names = append(names, s.fields(part)...)
		}
		slices.Sort(names)
		names = slices.Compact(names)
	}
	return names
}

// remove removes tags from the record and returns those that it had.
func (rec *record) remove(tags []string) []string {
	var removed []string
	rec.tags = slices.DeleteFunc(rec.tags, func(name string) bool {
		if !slices.Contains(tags, name) {
			return false
		}
		removed = append(removed, name)
		return true
	})
	return removed
}

// without returns the tags that would remain.
func (rec *record) without(tags []string) []string {
	return slices.DeleteFunc(append([]string{}, rec.tags...), func(name string) bool { return slices.Contains(tags, name) })
}

// tagID returns an id that is the same for every use of a tag.
func tagID(name string) string {
	h := fnv.New32a()
	h.Write([]byte(name))
	return fmt.Sprintf("5725767000%09d", h.Sum32()%1_000_000_000)
}

// wireTags returns tag objects as in an answer of that version.
func wireTags(version string, names []string) []map[string]any {
	tags := make([]map[string]any, 0, len(names))
	for _, name := range names {
		tag := map[string]any{"name": name, "id": tagID(name)}
		if version != "v2" {
			tag["color_code"] = nil
		}
		tags = append(tags, tag)
	}
	return tags
}

func clone(value any) any {
	switch v := value.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for name, item := range v {
			m[name] = clone(item)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = clone(item)
		}
		return list
	}
	return value
}

// custom returns the modules that are not standard, sorted.
func (s *store) custom() []string {
	var names []string
	for name := range s.modules {
		if !standard(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
