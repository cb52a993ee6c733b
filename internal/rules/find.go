package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"untag/internal/condition"
	"untag/internal/crmname"
	"untag/internal/phone"
)

// Find says how to look up records: by one of Email, Phone and Criteria.
type Find struct {
	Email, Phone string
	// Region is the country, as two letters, of a telephone number without a country
	// code; "" if unknown.
	Region   string
	Criteria []Criterion
	// Many allows more than one record.
	Many bool
	// Wait is how long after the event its records may take to be found, and Until when
	// that ends; both are zero if the first answer counts.
	Wait  time.Duration
	Until time.Time
}

// Criterion is a field that must equal a value.
type Criterion struct{ Field, Value string }

// find is a Find that has not been evaluated for an event.
type find struct {
	email, phone []*condition.Expression
	region       string
	criteria     []criterion
	many         bool
	wait         time.Duration
}

type criterion struct {
	field string
	value *condition.Expression
}

// shortestWait and longestWait limit `wait`: Zoho's index takes minutes to catch up, and a
// queue keeps a message for days.
const (
	shortestWait = 10 * time.Second
	longestWait  = 24 * time.Hour
)

func (d *document) readFind(node *yaml.Node, what string, r *rule) {
	m := d.readMapping(node, "`find` of "+what, findKeys)
	if m == nil {
		return
	}
	r.find = &find{many: m.boolean("many"), wait: d.readWait(m)}
	given := 0
	if n := m.optional("email"); n != nil {
		given++
		r.find.email = d.expressions(n, "`email`")
	}
	if n := m.optional("phone"); n != nil {
		given++
		r.find.phone = d.expressions(n, "`phone`")
		r.find.region = d.region
	}
	if n := m.optional("criteria"); n != nil {
		given++
		d.readCriteria(n, what, r)
	}
	if given != 1 {
		d.wrong(at(node), "", "`find` of %s must have one of `email`, `phone` and `criteria`, but this one has %d", what, given)
	}
	if region := d.readRegion(m); region != "" {
		r.find.region = region
		if given == 1 && m.values["phone"] == nil {
			d.wrong(at(m.keys["region"]), "remove it", "`region` of `find` is only for `phone`, which %s does not have", what)
		}
	}
}

// readRegion reads the country of telephone numbers. It returns "" if none is given.
func (d *document) readRegion(m *mapping) string {
	n := m.optional("region")
	if n == nil {
		return ""
	}
	text, ok := m.text("region", n)
	if ok && !phone.IsRegion(text) {
		hint := "write the two letters of the country, such as US or DE"
		name := phone.RegionOf(text)
		if strings.EqualFold(text, "UK") { // Zoho's name of its data center
			name = "GB"
		}
		if name != "" {
			hint = "write the two letters of the country, such as " + name
		}
		d.wrong(at(n), hint, "`region` of %s: `%s` is not a country", m.what, text)
		return ""
	}
	return strings.ToUpper(text)
}

func (d *document) readWait(m *mapping) time.Duration {
	n := m.optional("wait")
	if n == nil {
		return 0
	}
	text, ok := m.text("wait", n)
	if !ok {
		return 0
	}
	wait, err := time.ParseDuration(text)
	if err != nil || wait < shortestWait || wait > longestWait {
		d.wrong(at(n), "write for example 90s, 5m (five minutes) or 1h", "`wait` of %s: `%s` is not a duration from 10s to 24h", m.what, text)
		return 0
	}
	return wait
}

// criterionName is the pattern of a field, or of a part of a look-up field, for editors.
const criterionName = `^[A-Za-z][A-Za-z0-9_]{0,99}(\.(id|name|email))?$`

// lookUpParts are the parts that Zoho returns of the record that a look-up field refers to.
var lookUpParts = []string{"id", "name", "email"}

func (d *document) readCriteria(node *yaml.Node, what string, r *rule) {
	m := d.readMapping(node, "`criteria` of "+what, nil)
	if m == nil {
		return
	}
	n := resolve(node)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		field, part, dotted := strings.Cut(key.Value, ".")
		switch {
		case len(field) > 100 || !crmname.IsName(field, "", "_"):
			d.wrong(at(key), "an API name has letters, digits and underscores, such as Account_Name", "`%s` is not the API name of a field", key.Value)
			continue
		case dotted && !slices.Contains(lookUpParts, part):
			d.wrong(at(key), "use "+field+".id, the id of the record that the field refers to",
				"`%s`: of a look-up field, Zoho returns only %s", key.Value, list(lookUpParts))
			continue
		}
		if e := d.expression(value, "`"+key.Value+"`"); e != nil {
			r.find.criteria = append(r.find.criteria, criterion{field: key.Value, value: e})
		}
	}
}

// maxAddresses is how many addresses or telephone numbers a rule may look for because of one
// event: each is a call.
const maxAddresses = 100

// evaluate returns what to look for in the records at the time of an event: one Find, or one
// for each address if the expression is a list of them. Without any, nothing says why.
func (f *find) evaluate(run *condition.Run, received time.Time, skipMissing bool) (list []*Find, nothing string, err error) {
	one := Find{Many: f.many, Region: f.region, Wait: f.wait}
	if f.wait > 0 {
		one.Until = received.Add(f.wait)
	}
	if f.criteria != nil {
		for _, c := range f.criteria {
			value, err := c.evaluate(run)
			if err != nil {
				return nil, "", err
			}
			one.Criteria = append(one.Criteria, Criterion{c.field, value})
		}
		return []*Find{&one}, "", nil
	}
	what, from := "email", f.email
	if f.phone != nil {
		what, from = "phone", f.phone
	}
	a := addresses{what: what, skipMissing: skipMissing}
	for _, e := range from {
		if err := a.add(e, run); err != nil {
			return nil, "", err
		}
	}
	if len(a.list) == 0 {
		return nil, a.nothing, nil
	}
	for _, address := range a.list {
		each := one
		if f.phone != nil {
			each.Phone = address
		} else {
			each.Email = address
		}
		list = append(list, &each)
	}
	return list, "", nil
}

// addresses are the email addresses or telephone numbers to look for, each once.
type addresses struct {
	what        string // "email" or "phone"
	skipMissing bool

	list []string
	// nothing is why the first expression without an address has none.
	nothing string
}

// add adds the text of an expression, or of each item of a list. What is missing is passed
// over if skipMissing is set.
func (a *addresses) add(e *condition.Expression, run *condition.Run) error {
	value, unknown := e.Value(run)
	items, isList := value.([]any)
	if unknown != nil || !isList {
		text, err := searchText(a.what, e, run)
		if v, ok := errors.AsType[*noValue](err); ok && v.missing && a.skipMissing {
			a.none(err.Error())
			return nil
		}
		if err != nil {
			return err
		}
		return a.put(e, text)
	}
	if len(items) == 0 {
		a.none("`" + e.String() + "` is an empty list")
	}
	for _, item := range items {
		text, ok := condition.TextOf(item)
		switch missing := item == nil || item == ""; {
		case missing && a.skipMissing:
			a.none("`" + e.String() + "` holds an empty value")
		case missing:
			return fmt.Errorf("find: %s: `%s` holds an empty value", a.what, e)
		case !ok:
			return fmt.Errorf("find: %s: `%s` holds %s, not a string or a number", a.what, e, condition.TypeOf(item))
		default:
			if err := a.put(e, strings.Clone(text)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *addresses) none(why string) {
	if a.nothing == "" {
		a.nothing = why
	}
}

func (a *addresses) put(e *condition.Expression, text string) error {
	if slices.Contains(a.list, text) {
		return nil
	}
	if len(a.list) == maxAddresses {
		return fmt.Errorf("find: %s: `%s` exceeds %d values, which is the limit for one event; send them in several events", a.what, e, maxAddresses)
	}
	a.list = append(a.list, text)
	return nil
}

// evaluate returns the value to compare with. For a field called id it must be an id.
func (c criterion) evaluate(run *condition.Run) (string, error) {
	if c.field != "id" && !strings.HasSuffix(c.field, ".id") {
		return searchText(c.field, c.value, run)
	}
	value, unknown := c.value.Value(run)
	if unknown != nil {
		return "", fmt.Errorf("find: %s: `%s` %w", c.field, c.value, newNoValue(c.value, unknown))
	}
	id, ok := recordID(value)
	if !ok {
		return "", fmt.Errorf("find: %s: `%s` %w", c.field, c.value, &noValue{notAnID(value), value == nil || value == ""})
	}
	return id, nil
}

func searchText(what string, e *condition.Expression, run *condition.Run) (string, error) {
	text, err := textOf(e, run)
	if err == nil && text == "" {
		err = &noValue{"is an empty string", true}
	}
	if err != nil {
		return "", fmt.Errorf("find: %s: `%s` %w", what, e, err)
	}
	return strings.Clone(text), nil
}
