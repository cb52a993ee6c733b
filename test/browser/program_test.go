package browser_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// soon is how long something may take that is expected at once. A test that passes never
// waits for so long.
const soon = 20 * time.Second

// buildUntag builds the program into a folder, and returns its path.
func buildUntag(folder string) (string, error) {
	untag := filepath.Join(folder, "untag")
	build := exec.Command("go", "build", "-o", untag, "./cmd/untag")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build untag: %w\n%s", err, out)
	}
	return untag, nil
}

// program is an `untag run` in a folder of its own.
type program struct {
	t      testing.TB
	folder string
	// url is where it listens, such as http://127.0.0.1:40001, and token what lets a browser in
	// if other machines can reach it, "" if they cannot.
	url, token string
}

// consoleAt is what the program says about its console.
var consoleAt = regexp.MustCompile(`(?:in a browser|would do).* at (http://[^/]+)/(?:\?token=(\S+))?`)

// start runs the program in a folder that has the files of testdata/project, until the test
// ends. Without --listen among the arguments it takes a free port.
func start(t testing.TB, arguments ...string) *program {
	t.Helper()
	p := prepare(t)
	p.run(append([]string{"--secrets", "secrets.json"}, arguments...)...)
	return p
}

// prepare returns a program that does not run yet.
func prepare(t testing.TB) *program {
	t.Helper()
	p := &program{t: t, folder: t.TempDir()}
	if err := os.CopyFS(p.folder, os.DirFS(filepath.Join("testdata", "project"))); err != nil {
		t.Fatal(err)
	}
	return p
}

// run starts the program in the folder, and waits until it says where its console is.
func (p *program) run(arguments ...string) {
	p.t.Helper()
	if !strings.Contains(strings.Join(arguments, " "), "--listen") {
		arguments = append(arguments, "--listen", "127.0.0.1:0")
	}
	command := exec.Command(untag, append([]string{"run"}, arguments...)...)
	command.Dir = p.folder
	out, in, err := os.Pipe()
	if err != nil {
		p.t.Fatal(err)
	}
	command.Stdout, command.Stderr = in, in
	if err := command.Start(); err != nil {
		p.t.Fatal(err)
	}
	_ = in.Close()
	p.t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait()
		_ = out.Close()
	})
	_ = out.SetReadDeadline(time.Now().Add(soon))
	var said strings.Builder
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		said.WriteString(line)
		if address := consoleAt.FindStringSubmatch(line); address != nil {
			p.url, p.token = address[1], address[2]
			_ = out.SetReadDeadline(time.Time{})
			go func() { _, _ = io.Copy(io.Discard, lines) }()
			return
		}
		if err != nil {
			p.t.Fatalf("untag run did not say where its console is: %v\n%s", err, &said)
		}
	}
}

// header is a line of a request.
type header struct{ name, value string }

// the sources of testdata/project, as their senders prove themselves.
var (
	zoho  = sending{"zoho", header{"X-Webhook-Token", "token-of-zoho"}}
	shop  = sending{"shop", header{"X-Webhook-Token", "token-of-the-shop"}}
	wrong = sending{"zoho", header{"X-Webhook-Token", "a-wrong-token"}}
)

// sending is a source, and what its sender proves itself with.
type sending struct {
	source string
	proof  header
}

// send sends a body to a source, and returns the status of the answer.
func (p *program) send(s sending, body string, headers ...header) int {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), soon)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/webhooks/"+s.source, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	for _, h := range append(headers, s.proof) {
		request.Header.Set(h.name, h.value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

// read returns a file of the folder.
func (p *program) read(name string) string {
	p.t.Helper()
	content, err := os.ReadFile(filepath.Join(p.folder, name))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(content)
}

// write replaces a file of the folder, as an editor does.
func (p *program) write(name, content string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.folder, name), []byte(content), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// command runs another command of the program in the folder, and returns what it prints.
func (p *program) command(arguments ...string) (string, error) {
	command := exec.CommandContext(p.t.Context(), untag, arguments...)
	command.Dir = p.folder
	out, err := command.CombinedOutput()
	return string(out), err
}
