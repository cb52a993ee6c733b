package rules

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"untag/internal/crmname"
	"untag/internal/event"
)

var fileKeys = []string{"version", "region", "sources", "rules"}

// maxFile bounds a rules file, in bytes.
const maxFile = 8 << 20

// Load checks all of a rules file. It returns faults in the order of the file; the Rules are
// nil if one of them is an error. The conditions of a source are compiled when its first
// event arrives.
func Load(data []byte) (*Rules, []Fault) { return LoadFor(data, nil) }

// LoadFor is like Load for a CRM that does not have every module: hasModule returns an error
// for a missing one, given by its API name. It cannot check a module that the event names.
func LoadFor(data []byte, hasModule func(module string) error) (*Rules, []Fault) {
	d := &document{lines: strings.Split(string(data), "\n"), hasModule: hasModule}
	root := d.parse(data)
	if root != nil {
		d.read(root)
	}
	if d.fatal() {
		return nil, d.sorted()
	}
	r := d.rules()
	r.version = VersionOf(data)
	return r, d.sorted()
}

// VersionOf returns the Version that rules of this file have, whether they can be used or not.
func VersionOf(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])[:versionLength]
}

// versionLength is how many digits of the hash name a version.
const versionLength = 12

// document is a rules file that is being read.
type document struct {
	faults
	lines    []string
	sources  []event.Source
	declared map[string]*yaml.Node
	used     map[string]bool
	// lacksOn says that a rule does not name its sources, which is reported.
	lacksOn bool
	// unsigned are the sources of the current rule that do not sign the query.
	unsigned []unsignedSource
	list     []*rule
	// region is the country of telephone numbers, unless a rule names another.
	region string
	// hasModule returns an error for a module that the CRM lacks; nil checks nothing.
	hasModule func(module string) error
}

// parse returns the root of the only YAML document. If it cannot, it reports a fault and
// returns nil.
func (d *document) parse(data []byte) *yaml.Node {
	if len(data) > maxFile {
		d.wrong(place{1, 1}, "", "the rules file is over %d MiB, which is the limit", maxFile>>20)
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var root, second yaml.Node
	err := decoder.Decode(&root)
	switch {
	case errors.Is(err, io.EOF) || err == nil && len(root.Content) == 0:
		d.wrong(place{1, 1}, "begin with `version: 1`", "the file is empty")
		return nil
	case err != nil:
		d.syntax(err)
		return nil
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		d.wrong(place{max(second.Line, 1), 1}, "remove the line `---` between them", "the file has more than one YAML document")
		return nil
	}
	return root.Content[0]
}

// syntax reports an error of the YAML library at the line that its text names.
func (d *document) syntax(err error) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line, column := 1, 1
	// The pattern is compiled only for a faulty file, so that it does not slow down the start.
	if m := regexp.MustCompile(`line (\d+)(?:, column (\d+))?`).FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		if m[2] != "" {
			column, _ = strconv.Atoi(m[2])
		}
	}
	hint := ""
	if line >= 1 && line <= len(d.lines) {
		hint = syntaxHint(text, d.lines[line-1], d.lineBefore(line))
		if tab := strings.IndexByte(d.lines[line-1], '\t'); tab >= 0 {
			column, hint = tab+1, "indent with spaces: YAML does not allow tabs"
		}
	}
	d.wrong(place{line, max(column, 1)}, hint, "not valid YAML: %s", text)
	if line >= 1 && line <= len(d.lines) && holdsSecret(d.lines[line-1]) {
		d.faults.list[len(d.faults.list)-1].Masked = true
	}
}

// lineBefore returns the last line before one that is neither empty nor a comment.
func (d *document) lineBefore(line int) string {
	for i := line - 2; i >= 0; i-- {
		if text := strings.TrimSpace(d.lines[i]); text != "" && text[0] != '#' {
			return d.lines[i]
		}
	}
	return ""
}

// holdsSecret reports whether a line of a file that is not valid YAML may hold a secret.
func holdsSecret(line string) bool {
	return regexp.MustCompile(`(?i)(secret|password|token|key|signature)[\w-]*["']?\s*:\s*\S`).MatchString(line)
}

// ownTag reports whether YAML took part of a value for a tag. It reads
// `!has(event.x) && event.y` as a tag, an anchor and the value `event.y`.
func ownTag(n *yaml.Node) bool {
	return strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!")
}

// refuseTags reports all tags that YAML does not define itself.
func (d *document) refuseTags(n *yaml.Node) {
	if ownTag(n) {
		d.wrong(at(n), "put the value in quotation marks, or write `not` instead of `!`",
			"YAML reads `%s` as a YAML tag, not as part of the value", n.Tag)
	}
	for _, child := range n.Content {
		d.refuseTags(child)
	}
}

func (d *document) read(root *yaml.Node) {
	d.refuseTags(root)
	m := d.readMapping(root, "the file", fileKeys)
	if m == nil {
		return
	}
	if n := m.required("version", "begin with `version: 1`"); n != nil {
		if r := resolve(n); r.Value != "1" || r.Tag != "!!int" {
			d.wrong(at(n), "write `version: 1`", "`version` must be 1")
		}
	}
	if n := m.required("sources", "declare who sends events, as in `sources: {zoho: {verify: token}}`"); n != nil {
		d.readSources(n)
	}
	d.region = d.readRegion(m)
	if n := m.required("rules", "write at least one rule; each has `name`, `on`, `when`, `record` and `remove`"); n != nil {
		d.readRules(n)
	}
	d.unused()
}

// sourceName is the pattern of valid source names, for editors.
const sourceName = `^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`

func (d *document) readSources(n *yaml.Node) {
	d.declared = make(map[string]*yaml.Node)
	d.used = make(map[string]bool)
	m := d.readMapping(n, "`sources`", nil)
	if m == nil {
		return
	}
	buses := make(map[string]string)
	node := resolve(n)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if m.keys[key.Value] != key {
			continue // a repeat, reported already
		}
		if len(key.Value) > 64 || !crmname.IsName(key.Value, "0123456789", "_.-") {
			d.wrong(at(key), "use only letters, digits, `-`, `_` and `.`, as the name is part of the URL", "`%s` is not a valid name for a source", key.Value)
		}
		d.declared[key.Value] = key
		source := d.readSource(key.Value, key, value)
		if other, taken := buses[source.EventBridge]; taken && source.EventBridge != "" {
			d.wrong(at(key), "give each source its own `eventbridge`", "sources `%s` and `%s` have the same `eventbridge`", other, key.Value)
		}
		buses[source.EventBridge] = key.Value
		d.sources = append(d.sources, source)
	}
}

func (d *document) unused() {
	if d.lacksOn {
		return
	}
	for _, s := range d.sources {
		if !d.used[s.Name] {
			d.warn(at(d.declared[s.Name]), "add a rule with `on: "+s.Name+"`, or remove the source", "no rule uses source `%s`", s.Name)
		}
	}
}

func (d *document) readRules(n *yaml.Node) {
	r := resolve(n)
	if r.Kind != yaml.SequenceNode {
		d.wrong(at(n), "begin each rule with `- name:`", "`rules` must be a list, found %s", kindName(r))
		return
	}
	names := make(map[string]bool)
	for _, item := range r.Content {
		rule := d.readRule(item)
		if rule == nil {
			continue
		}
		if rule.name != "" && names[rule.name] {
			d.wrong(rule.at, "give each rule its own name", "there are two rules named `%s`", rule.name)
		}
		names[rule.name] = true
		d.list = append(d.list, rule)
	}
}
