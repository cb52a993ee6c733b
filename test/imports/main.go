// Command imports checks the direction in which packages import each other: each line of
// `never` is a promise that the package's own documentation makes.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

const module = "untag/"

// never lists, for each package, what neither it nor the packages of this module that it
// imports may import. A trailing slash means everything below.
var never = map[string][]string{
	"untag/internal/sender":       {"untag/internal/event", "untag/internal/rules", "untag/internal/webhook", "untag/internal/zoho", "net/http", "net/http/", "os", "os/", "github.com/aws/", "log", "log/"},
	"untag/internal/event":        {"untag/internal/rules", "untag/internal/webhook", "untag/internal/zoho", "net/http", "net/http/", "os", "os/", "github.com/aws/", "log", "log/"},
	"untag/internal/crmname":      {"untag/"},
	"untag/internal/jsonvalue":    {"untag/"},
	"untag/internal/sharedsecret": {"untag/"},
	"untag/internal/webhook":      {"untag/internal/rules", "untag/internal/zoho", "github.com/aws/"},
	"untag/internal/rules":        {"untag/internal/zoho", "net/http", "net/http/", "os", "os/", "github.com/aws/", "log", "log/", "github.com/expr-lang/expr/vm", "github.com/expr-lang/expr/compiler", "github.com/expr-lang/expr/checker"},
	"untag/internal/zohoauth":     {"untag/", "net/http", "net/http/", "github.com/aws/", "os"},
	"untag/internal/zoho":         {"untag/internal/rules", "github.com/aws/", "os"},
	"untag/internal/pipeline":     {"github.com/aws/"},
	"untag/internal/secrets":      {"untag/internal/rules", "untag/internal/webhook", "untag/internal/zoho"},
	"untag/internal/queue":        {"untag/internal/rules", "untag/internal/zoho"},
	"untag/internal/sandbox":      {"untag/internal/rules", "github.com/aws/"},
	"untag/internal/awsenv":       {"untag/", "os"},
	"untag/internal/scopes":       {"untag/internal/zoho", "net/http", "net/http/", "os", "os/", "github.com/aws/"},
	"untag/internal/auth":         {"untag/functions/", "untag/internal/local", "untag/internal/secrets", "github.com/aws/"},
	"untag/internal/doctor":       {"untag/functions/", "untag/internal/local", "untag/internal/pipeline"},
	"untag/internal/watchlist":    {"untag/functions/", "untag/internal/rules", "untag/internal/local", "untag/internal/secrets", "github.com/aws/"},
	"untag/internal/watch":        {"untag/internal/rules", "untag/internal/secrets", "github.com/aws/", "os"},
	// A signed GET is all that it needs of AWS: no client.
	"untag/internal/release":      {"untag/", "net/http", "os"},
	"untag/internal/rulesurl":     {"untag/functions/", "untag/internal/event", "untag/internal/rules", "untag/internal/queue", "untag/internal/secrets", "untag/internal/zoho", "github.com/aws/aws-sdk-go-v2/service/", "github.com/aws/aws-sdk-go-v2/config"},
	"untag/internal/yamlvalue":    {"untag/internal/event", "untag/internal/rules", "untag/internal/sandbox", "untag/internal/zoho", "net/http", "net/http/", "os", "os/", "github.com/aws/", "log", "log/"},
	"untag/internal/send":         {"untag/internal/local", "untag/internal/secrets", "github.com/aws/aws-sdk-go-v2"},
	"untag/internal/terminal":     {"untag/"},
	"untag/internal/userfile":     {"untag/functions/", "untag/internal/pipeline", "github.com/aws/"},
	"untag/internal/explain":      {"untag/internal/local", "untag/internal/ruletest", "untag/internal/secrets"},
	"untag/internal/rulesdiff":    {"untag/internal/local", "untag/internal/ruletest", "untag/internal/secrets"},
	"untag/internal/ruletest":     {"untag/internal/local", "untag/internal/secrets"},
	"untag/internal/findings":     {"untag/functions/", "untag/internal/explain", "untag/internal/local", "github.com/aws/"},
	"untag/internal/senderlist":   {"untag/functions/", "untag/internal/zoho", "untag/internal/webhook", "untag/internal/local", "github.com/aws/"},
	"untag/internal/project":      {"untag/internal/local", "untag/internal/secrets", "github.com/aws/aws-sdk-go-v2"},
	"untag/internal/sendersample": {"untag/", "net/http", "net/http/", "os", "os/", "github.com/aws/"},
	"untag/internal/awsrequest":   {"untag/", "net/http/", "os", "os/", "github.com/aws/aws-sdk-go-v2/service/", "github.com/aws/aws-sdk-go-v2/config"},
	"untag/internal/stack":        {"untag/", "net/http", "net/http/", "os", "os/", "github.com/aws/"},
	"untag/internal/sqs":          {"untag/functions/", "untag/internal/event", "untag/internal/queue", "untag/internal/rules", "untag/internal/zoho", "os", "os/", "github.com/aws/aws-sdk-go-v2/service/", "github.com/aws/aws-sdk-go-v2/config"},
	// Samples and pages are for people: the function needs none of them. The SDK's client of SQS
	// or its loader of configuration files would slow the start.
	"untag/functions/removetags": {
		"github.com/aws/aws-sdk-go-v2/service/sqs", "github.com/aws/aws-sdk-go-v2/config",
		"untag/internal/sendersample", "untag/internal/senderlist", "untag/internal/scopes", "untag/internal/auth", "untag/internal/doctor", "untag/internal/watchlist", "untag/internal/console", "untag/internal/explain", "html/template",
	},
	"untag/internal/audit":      {"untag/", "net/http", "net/http/", "os", "os/", "github.com/aws/"},
	"untag/internal/auditlog":   {"untag/functions/", "untag/internal/rules", "untag/internal/zoho", "untag/internal/local"},
	"untag/internal/undo":       {"untag/functions/", "untag/internal/rules", "untag/internal/local", "github.com/aws/"},
	"untag/internal/deadletter": {"untag/functions/", "untag/internal/rules", "untag/internal/zoho", "untag/internal/local"},
	"untag/internal/local":      {"untag/internal/ruletest"},
	"untag/internal/awstest":    {"untag/"},
	"untag/internal/localhttp":  {"untag/"},
	"untag/internal/copyas":     {"untag/internal/local", "untag/internal/console", "untag/internal/ruletest", "untag/internal/secrets", "os/exec"},
	"untag/internal/console":    {"untag/internal/local", "untag/internal/secrets", "github.com/aws/aws-sdk-go-v2"},
	"untag/internal/phone":      {"untag/"},
	"untag/internal/metrics":    {"untag/", "net/http", "net/http/", "os", "os/", "github.com/aws/"},
	"untag/internal/nearest":    {"untag/"},
	// The expression library's parser, but none of what evaluates.
	"untag/internal/condition": {
		"untag/internal/rules", "untag/internal/event", "untag/internal/zoho", "go.yaml.in/", "net/http", "net/http/", "os", "os/", "github.com/aws/", "log", "log/",
		"github.com/expr-lang/expr", "github.com/expr-lang/expr/vm", "github.com/expr-lang/expr/compiler", "github.com/expr-lang/expr/checker",
	},
}

// neverItself lists what a package must not import itself, although a package that it
// imports may: pipeline uses the errors of zoho, which uses HTTP, and rules the conditions of
// condition, which uses a parser.
var neverItself = map[string][]string{
	"untag/internal/pipeline": {"net/http", "net/http/"},
	// Tests of rules examine events as untag explain does, and call nothing themselves.
	"untag/internal/ruletest": {"untag/internal/zoho", "untag/internal/pipeline", "github.com/aws/"},
	// The language is that of internal/condition alone.
	"untag/internal/rules": {"github.com/expr-lang/"},
}

func main() {
	imports, err := packages()
	if err != nil {
		fmt.Fprintln(os.Stderr, "imports: list the packages:", err)
		os.Exit(2)
	}
	faults := check(imports)
	for _, fault := range faults {
		fmt.Println(fault)
	}
	if len(faults) > 0 {
		os.Exit(1)
	}
}

// packages returns the direct imports of each package of the module, without its tests.
func packages() (map[string][]string, error) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		return nil, err
	}
	imports := make(map[string][]string)
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return imports, nil
		}
		if err != nil {
			return nil, err
		}
		imports[p.ImportPath] = p.Imports
	}
}

// check returns every import in the wrong direction, and every package without a line.
func check(imports map[string][]string) []string {
	var faults []string
	for name := range imports {
		for _, path := range reached(imports, name) {
			last := path[len(path)-1]
			if matches(never[name], last) || len(path) == 2 && matches(neverItself[name], last) {
				faults = append(faults, strings.Join(path, " imports ")+": "+name+" must not")
			}
		}
		if strings.HasPrefix(name, module+"internal/") && never[name] == nil {
			faults = append(faults, name+" has no line in test/imports: say what it must not import")
		}
	}
	for name := range never {
		if _, there := imports[name]; !there {
			faults = append(faults, "test/imports has a line for "+name+", which does not exist")
		}
	}
	slices.Sort(faults)
	return faults
}

// reached returns what a package imports, directly and through packages of this module,
// each as the shortest path to it.
func reached(imports map[string][]string, from string) [][]string {
	var paths [][]string
	seen := map[string]bool{from: true}
	for queue := [][]string{{from}}; len(queue) > 0; queue = queue[1:] {
		for _, imported := range imports[queue[0][len(queue[0])-1]] {
			if seen[imported] {
				continue
			}
			seen[imported] = true
			path := append(slices.Clone(queue[0]), imported)
			paths = append(paths, path)
			if strings.HasPrefix(imported, module) {
				queue = append(queue, path)
			}
		}
	}
	return paths
}

func matches(names []string, imported string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return imported == name || strings.HasSuffix(name, "/") && strings.HasPrefix(imported, name)
	})
}
