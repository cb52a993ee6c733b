package browser_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// violation is a rule of axe-core that a page breaks.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

func (v violation) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s", v.ID, v.Help)
	for _, node := range v.Nodes {
		fmt.Fprintf(&text, "\n  %.300s\n    %s", node.HTML, strings.ReplaceAll(node.Summary, "\n", "\n    "))
	}
	return text.String()
}

// accessible fails the test if axe-core finds anything in the page. It is not part of the page,
// whose policy would not let it in: the debugger evaluates it.
func (b *tab) accessible(where string) {
	b.t.Helper()
	if !value[bool](b, `typeof axe == "object"`) {
		axe, err := os.ReadFile(filepath.Join(*modules, "axe-core", "axe.min.js"))
		if err != nil {
			b.t.Fatal(err)
		}
		value[bool](b, string(axe)+"\n;true")
	}
	found := value[[]violation](b, `axe.run(document, {resultTypes: ["violations"]}).then(results => results.violations)`)
	for _, v := range found {
		b.t.Errorf("%s: %v", where, v)
	}
}
