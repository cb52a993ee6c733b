package auditlog

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"untag/internal/audit"
)

// maxLine is longer than any line of the audit.
const maxLine = 1 << 20

// Read returns the lines of the audit in a log. It passes over all other lines. A line may have
// something before its JSON, as some tools write the time there.
func Read(r io.Reader) ([]audit.Line, error) {
	var lines []audit.Line
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, maxLine)
	for number := 1; scanner.Scan(); number++ {
		l, found, err := parse(scanner.Bytes())
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if found {
			lines = append(lines, l)
		}
	}
	return lines, scanner.Err()
}

// parse returns the line of the audit that a text is; found is false if it is none. A line that
// ends in the middle is an error: it could hide a removal.
func parse(text []byte) (l audit.Line, found bool, err error) {
	start := bytes.IndexByte(text, '{')
	if start < 0 {
		return l, false, nil
	}
	var record struct {
		audit.Line
		Msg string `json:"msg"`
	}
	text = text[start:]
	err = json.Unmarshal(text, &record)
	about := bytes.Contains(text, []byte(`"message":"`+audit.Message+`"`)) || bytes.Contains(text, []byte(`"msg":"`+audit.Message+`"`))
	switch {
	case err != nil && about:
		return l, false, fmt.Errorf("a line of the audit cannot be read: %w", err)
	case err != nil || record.Message != audit.Message && record.Msg != audit.Message:
		return l, false, nil
	}
	record.Message = audit.Message
	return record.Line, true, nil
}
