package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxFieldName is how long the name of a field may be, in characters.
const maxFieldName = 100

var fieldPattern = regexp.MustCompile(`^\$?[A-Za-z][A-Za-z0-9_]*$`)

// Module is a module with its records as they are now.
type Module struct {
	Name    string
	Records []Record
}

// Record is a record as it is now.
type Record struct {
	ID string
	// Fields are in the order of their names, without "id" and "Tag".
	Fields []Field
	Tags   []string
	// Gone are the tags that it had at first, and has no longer.
	Gone []string
}

// Field is a field of a record. Its value is of a type that Records has.
type Field struct {
	Name  string
	Value any
}

// EditError says why a record cannot be changed.
type EditError struct {
	// Missing says that there is no such module, record, field or tag.
	Missing bool
	Message string
}

// Error returns the message.
func (e *EditError) Error() string { return e.Message }

func missing(format string, args ...any) error {
	return &EditError{Missing: true, Message: fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) error {
	return &EditError{Message: fmt.Sprintf(format, args...)}
}

// Modules returns a copy of all modules that hold records or may hold them, sorted by name, with
// their records in the order in which they were given.
func (sb *Sandbox) Modules() []Module {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	var list []Module
	for _, name := range slices.Sorted(maps.Keys(sb.store.modules)) {
		m := Module{Name: name}
		for _, rec := range sb.store.modules[name].records {
			m.Records = append(m.Records, rec.copied())
		}
		list = append(list, m)
	}
	return list
}

func (rec *record) copied() Record {
	r := Record{ID: rec.id, Tags: append([]string{}, rec.tags...)}
	for _, tag := range rec.first {
		if !slices.Contains(rec.tags, tag) {
			r.Gone = append(r.Gone, tag)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(rec.fields)) {
		r.Fields = append(r.Fields, Field{name, clone(rec.fields[name])})
	}
	return r
}

// AddTag adds a tag to a record, as its owner would by hand. A tag that it has already is not an
// error.
func (sb *Sandbox) AddTag(module, id, tag string) error {
	if err := checkTag(tag); err != nil {
		return err
	}
	return sb.edit(module, id, func(rec *record) error {
		if len(rec.with([]string{tag})) > maxTagsOfRecord {
			return invalid("%s %s has %d tags already, which is as many as Zoho allows; remove one first", module, id, maxTagsOfRecord)
		}
		if added := rec.add([]string{tag}); len(added) > 0 {
			sb.record(Entry{Time: sb.config.Now(), Module: module, ID: id, Tags: []string{}, Added: added})
		}
		return nil
	})
}

// RemoveTag removes a tag from a record, as its owner would by hand.
func (sb *Sandbox) RemoveTag(module, id, tag string) error {
	return sb.edit(module, id, func(rec *record) error {
		gone := rec.remove([]string{tag})
		if len(gone) == 0 {
			return missing("%s %s has no tag %q", module, id, tag)
		}
		sb.record(Entry{Time: sb.config.Now(), Module: module, ID: id, Tags: gone})
		return nil
	})
}

// SetField sets a field of a record. A field that the module does not have yet is added to it.
func (sb *Sandbox) SetField(module, id, field string, value any) error {
	if err := checkField(field); err != nil {
		return err
	}
	if err := checkValue(value, 0); err != nil {
		return invalid("the field %s: %s", field, err)
	}
	return sb.edit(module, id, func(rec *record) error {
		m := sb.store.holding(module, id)
		known := slices.Contains(m.fields, field)
		if !known && (!fieldPattern.MatchString(field) || utf8.RuneCountInString(field) > maxFieldName) {
			return invalid("%q is not the API name of a field: it has letters, digits and underscores, and starts with a letter, such as Lead_Status", field)
		}
		if !known {
			m.fields = append(slices.Clone(m.fields), field)
			slices.Sort(m.fields)
		}
		rec.fields[field] = clone(value)
		return nil
	})
}

// DeleteField removes a field from a record. Answers of the API show it as null from then on.
func (sb *Sandbox) DeleteField(module, id, field string) error {
	if err := checkField(field); err != nil {
		return err
	}
	return sb.edit(module, id, func(rec *record) error {
		if _, has := rec.fields[field]; !has {
			return missing("%s %s has no field %q", module, id, field)
		}
		delete(rec.fields, field)
		return nil
	})
}

// Reset returns all records to what they were at first, and empties the journal. Access tokens
// and the counts of requests stay.
func (sb *Sandbox) Reset() {
	first := newStore(sb.config.Records)
	sb.mu.Lock()
	defer sb.mu.Unlock()
	// The modules stay the same, so that they can be read without the lock.
	for name, m := range sb.store.modules {
		*m = *first.modules[name]
	}
	sb.journal = nil
}

// edit changes a record while no call reads it.
func (sb *Sandbox) edit(module, id string, change func(*record) error) error {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	rec := sb.store.find(module, id)
	switch {
	case rec != nil:
		return change(rec)
	case !sb.store.has(module) && module != "Activities":
		return missing("there is no module %q with records", module)
	}
	return missing("there is no record %s in %s", id, module)
}

// holding returns the module that holds a record, which must exist.
func (s *store) holding(name, id string) *module {
	if m := s.modules[name]; m != nil && m.byID[id] != nil {
		return m
	}
	for _, part := range activityModules() {
		if m := s.modules[part]; m != nil && m.byID[id] != nil {
			return m
		}
	}
	return nil
}

func checkTag(tag string) error {
	switch {
	case tag == "" || utf8.RuneCountInString(tag) > maxTagLength:
		return invalid("a tag has 1 to %d characters", maxTagLength)
	case strings.ContainsAny(tag, "<>,") || !utf8.ValidString(tag):
		return invalid("the tag %q has a character that Zoho does not allow: < > or a comma", tag)
	}
	return nil
}

func checkField(name string) error {
	switch name {
	case "":
		return invalid("name the field")
	case "id":
		return invalid("the field id cannot be changed: Zoho gives each record its id")
	case "Tag":
		return invalid("the field Tag cannot be changed as a field: add or remove tags instead")
	}
	return nil
}

// checkValue accepts the types that Records has.
func checkValue(value any, depth int) error {
	if depth > maxNesting {
		return fmt.Errorf("the value is nested more than %d deep", maxNesting)
	}
	switch v := value.(type) {
	case string:
		if !utf8.ValidString(v) {
			return errors.New("the text is not UTF-8")
		}
		return nil
	case nil, bool, int, float64:
		return nil
	case []any:
		for _, item := range v {
			if err := checkValue(item, depth+1); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		for _, item := range v {
			if err := checkValue(item, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("a value of the type %T is not one that JSON has", value)
}
