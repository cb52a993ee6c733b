package webhook

import (
	"bytes"
	"strings"

	"untag/internal/jsonvalue"
	"untag/internal/sender"
)

// without returns a JSON text without the members at a path, all of them if a name occurs twice.
// It reads the text once, however deep the path leads. It returns text that is not JSON
// unchanged.
func without(text jsonvalue.Raw, path sender.Path) jsonvalue.Raw {
	if len(path) == 0 || path[len(path)-1].Every {
		return text
	}
	if lacks(text, path[len(path)-1].Member) {
		return text
	}
	c := cutter{text: text}
	if c.value(skipBlanks(text, 0), path) < 0 || c.from == 0 {
		return text
	}
	return append(c.kept, text[c.from:]...)
}

// lacks reports whether no member of a JSON text can have this name. It is quick for names with
// letters that are rare in JSON.
func lacks(text []byte, name string) bool {
	rare := strings.IndexFunc(name, func(r rune) bool { return r < 'a' || r > 'z' })
	return !bytes.Contains(text, []byte(name[max(rare, 0):])) && !bytes.Contains(text, []byte(`\u`))
}

// cutter copies a text but for what it drops.
type cutter struct {
	text, kept []byte
	from       int // where what is not copied yet begins
}

func (c *cutter) drop(start, end int) {
	c.kept = append(c.kept, c.text[c.from:start]...)
	c.from = end
}

// value goes through the value that begins at i, and returns where it ends, -1 if it is not JSON.
func (c *cutter) value(i int, path sender.Path) int {
	switch {
	case i < len(c.text) && len(path) > 0 && path[0].Every && c.text[i] == '[':
		return c.list(i, path[1:])
	case i < len(c.text) && len(path) > 0 && !path[0].Every && c.text[i] == '{':
		return c.object(i, path)
	}
	if end := valueEnd(c.text, i); end > i {
		return end
	}
	return -1
}

func (c *cutter) list(i int, path sender.Path) int {
	if i = skipBlanks(c.text, i+1); i < len(c.text) && c.text[i] == ']' {
		return i + 1
	}
	for {
		if i = c.value(i, path); i < 0 {
			return -1
		}
		switch i = skipBlanks(c.text, i); {
		case i < len(c.text) && c.text[i] == ']':
			return i + 1
		case i == len(c.text) || c.text[i] != ',':
			return -1
		}
		i = skipBlanks(c.text, i+1)
	}
}

func (c *cutter) object(i int, path sender.Path) int {
	name, last := path[0].Member, len(path) == 1
	before := i + 1 // where the member before ends
	first := true   // no member was kept so far
	i = skipBlanks(c.text, i+1)
	for i < len(c.text) && c.text[i] == '"' {
		start := i
		end := stringEnd(c.text, i)
		if end < 0 {
			return -1
		}
		found := isNamed(c.text[i:end], name)
		if i = skipBlanks(c.text, end); i == len(c.text) || c.text[i] != ':' {
			return -1
		}
		inner := sender.Path(nil)
		if found {
			inner = path[1:]
		}
		if end = c.value(skipBlanks(c.text, i+1), inner); end < 0 {
			return -1
		}
		i = skipBlanks(c.text, end)
		more := i < len(c.text) && c.text[i] == ','
		switch {
		case !found || !last:
			first = false
		case !first:
			c.drop(before, end)
		case more:
			c.drop(start, i+1)
		default:
			c.drop(start, end)
		}
		if before = end; more {
			i = skipBlanks(c.text, i+1)
		}
	}
	if i == len(c.text) || c.text[i] != '}' {
		return -1
	}
	return i + 1
}
