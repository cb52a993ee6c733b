package console

import (
	"net/http"
	"strings"

	"untag/internal/rules"
)

// longestTried is how long an expression may be that is tried, in bytes.
const longestTried = 8 << 10

// tried is an expression, and what it results in for an event; the zero value is none yet.
type tried struct {
	Entry      int64
	Number     int
	Expression string
	// State is "value", "true", "false", "missing", "error" or "fault"; "" for nothing yet.
	State string
	// Kind is the type of the value, and Value it as JSON.
	Kind, Value string
	Cut         bool
	Message     string
	Hint        string
	// Before and After are the expression up to its fault and from there on, and Line and Column
	// where that is.
	Before, After string
	Line, Column  int
	Met           []metView
	Tree          conditionView
}

// showTried shows what an expression results in: alone for htmx, else as a page.
func (c *Console) showTried(w http.ResponseWriter, r *http.Request) {
	asked, found := c.oneIn(w, r)
	if !found {
		return
	}
	expression := r.URL.Query().Get("expression")
	t := tried{Entry: asked.entry.ID, Number: asked.number, Expression: expression}
	switch {
	case len(expression) > longestTried:
		t.Expression = cutText(expression, longestTried)
		t.State, t.Message = rules.TriedFault, "The expression is too long to try: more than 8 KiB."
	case strings.TrimSpace(expression) != "":
		t.see(rules.Try(expression, asked.event, nil), asked.again.hide)
	}
	if r.Header.Get("HX-Request") != "" {
		c.pages.write(w, http.StatusOK, "try", "tried", t)
		return
	}
	c.pages.show(w, http.StatusOK, "try", page{Title: "Try an expression", Tab: "/", Data: t})
}

// see adds a result.
func (t *tried) see(got rules.Tried, hide func(string) string) {
	t.State, t.Kind, t.Message, t.Hint, t.Line, t.Column = "value", got.Kind, got.Message, got.Hint, got.Line, got.Column
	left := &room{parts: partsOnPage}
	if got.Tree != nil && (got.Tree.Op != "" || got.Tree.Held == "true" || got.Tree.Held == "false") {
		t.Tree = newConditionView(got.Tree, hide, left)
	}
	t.Met = newConditionView(&rules.Tree{Met: got.Met}, hide, left).Met
	switch got.Kind {
	case rules.TriedMissing, rules.TriedError:
		t.State = got.Kind
		return
	case rules.TriedFault:
		t.State = got.Kind
		t.Before, t.After = splitAt(t.Expression, got.Line, got.Column)
		return
	}
	if held, ok := got.Value.(bool); ok {
		t.State = map[bool]string{true: "true", false: "false"}[held]
	}
	text, cut := hiddenJSON(hide, got.Value, mostOfText)
	if !cut && strings.ContainsAny(text[:1], "{[") {
		text, cut = laidOut(text, mostOfText)
	}
	t.Value, t.Cut = text, cut
}

// splitAt splits an expression at a place, in lines and characters from 1.
func splitAt(text string, line, column int) (before, after string) {
	at := 0
	for range line - 1 {
		at += strings.IndexByte(text[at:], '\n') + 1
	}
	for i := range text[at:] {
		if column--; column == 0 {
			return text[:at+i], text[at+i:]
		}
	}
	return text, ""
}
