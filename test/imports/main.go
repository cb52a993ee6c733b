// Command imports holds the direction in which packages may import one another: each
// line of `never` is a promise of a package's own documentation.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// never lists, for each package, what it must not import itself; a trailing slash
// means everything below.
var never = map[string][]string{
	"untag/internal/event":      {"untag/"},
	"untag/internal/crmname":    {"untag/"},
	"untag/internal/jsonvalue":  {"untag/"},
	"untag/internal/webhook":    {"untag/internal/rules", "untag/internal/zoho", "github.com/aws/"},
	"untag/internal/rules":      {"untag/internal/zoho", "net/http", "os", "github.com/aws/", "log", "log/slog"},
	"untag/internal/zoho":       {"untag/internal/rules", "github.com/aws/", "os"},
	"untag/internal/pipeline":   {"net/http", "github.com/aws/"},
	"untag/internal/secrets":    {"untag/internal/rules", "untag/internal/webhook"},
	"untag/internal/queue":      {"untag/internal/rules", "untag/internal/zoho"},
	"untag/internal/sandbox":    {"untag/internal/rules", "github.com/aws/"},
	"untag/internal/awsenv":     {"untag/", "os"},
	"untag/internal/lambdatest": {"untag/"},
}

func main() {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		fmt.Fprintln(os.Stderr, "imports: list the packages:", err)
		os.Exit(2)
	}
	wrong, seen := 0, make(map[string]bool)
	for line := range strings.Lines(string(out)) {
		names := strings.Fields(line)
		seen[names[0]] = true
		for _, imported := range names[1:] {
			if forbidden(never[names[0]], imported) {
				fmt.Printf("%s must not import %s\n", names[0], imported)
				wrong++
			}
		}
		if strings.HasPrefix(names[0], "untag/internal/") && never[names[0]] == nil {
			fmt.Printf("%s has no line in test/imports: say what it must not import\n", names[0])
			wrong++
		}
	}
	for name := range never {
		if !seen[name] {
			fmt.Printf("test/imports has a line for %s, which is not there\n", name)
			wrong++
		}
	}
	if wrong > 0 {
		os.Exit(1)
	}
}

func forbidden(names []string, imported string) bool {
	for _, name := range names {
		if imported == name || strings.HasSuffix(name, "/") && strings.HasPrefix(imported, name) {
			return true
		}
	}
	return false
}
