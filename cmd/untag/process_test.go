package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// asProgram makes the test binary run as the program itself.
const asProgram = "UNTAG_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// projectFolder makes a folder with the starter rules, their tests and the project's events.
// The project's own rules.yaml is the user's and may be any other.
func projectFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for from, to := range map[string]string{"test/starter": ".", "events": "events"} {
		if err := os.CopyFS(filepath.Join(folder, to), os.DirFS(filepath.Join(started, "../..", from))); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// program is untag as a process in the project's folder, or one that env names by PWD,
// ended with the test.
func program(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, os.Args[0], args...)
	c.Dir = projectFolder(t)
	for _, variable := range env {
		if folder, ok := strings.CutPrefix(variable, "PWD="); ok {
			c.Dir = folder
		}
	}
	c.Env = append([]string{asProgram + "=1", "GORACE=atexit_sleep_ms=0", "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, env...)
	return c
}

// finished runs a command line to its end.
func finished(t *testing.T, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	c := program(t, env, args...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil && c.ProcessState == nil {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), out.String(), errs.String()
}

// serving starts a command line that serves, and returns what it prints up to a line with
// these words; stop sends a signal and returns the exit code and the rest.
func serving(t *testing.T, until string, args ...string) (printed string, stop func(os.Signal) (int, string)) {
	t.Helper()
	return servingIn(t, nil, until, args...)
}

func servingIn(t *testing.T, env []string, until string, args ...string) (printed string, stop func(os.Signal) (int, string)) {
	t.Helper()
	c := program(t, env, args...)
	var errs bytes.Buffer
	c.Stderr = &errs
	pipe, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(pipe)
	for !strings.Contains(printed, until) {
		line, err := out.ReadString('\n')
		printed += line
		if err != nil {
			t.Fatalf("ended before it printed %q:\n%s%s", until, printed, errs.String())
		}
	}
	return printed, func(s os.Signal) (int, string) {
		if err := c.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		rest, _ := io.ReadAll(out)
		_ = c.Wait()
		return c.ProcessState.ExitCode(), string(rest) + errs.String()
	}
}

func TestRunServes(t *testing.T) {
	printed, stop := serving(t, "    -d ", "run", "--listen", "127.0.0.1:0")
	_, command, found := strings.Cut(printed, "  curl -s ")
	if !found {
		t.Fatalf("no curl line:\n%s", printed)
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	answer, err := exec.CommandContext(t.Context(), "sh", "-c", "curl -s "+command).Output()
	if err != nil || !strings.Contains(string(answer), `"outcome":"removed"`) || !strings.Contains(string(answer), `"In progress"`) {
		t.Errorf("the command that was printed answered %v: %s", err, answer)
	}
	code, rest := stop(os.Interrupt)
	if want := `  zoho     removed  deal-closed: Deals 5725767000000524116 loses "In progress"`; code != 0 || strings.Count(rest, "\n") != 2 || !strings.Contains(rest, want) {
		t.Errorf("exit %d, want 0, and the line of the webhook: %q", code, rest)
	}
}

func TestRunOncePrintsTheTable(t *testing.T) {
	code, out, errs := finished(t, nil, "run", "--once", "--listen", "127.0.0.1:0")
	if code != 0 || errs != "" {
		t.Fatalf("exit %d, %q:\n%s", code, errs, out)
	}
	files, err := filepath.Glob(filepath.Join(projectFolder(t), "events", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("no events", err)
	}
	for _, file := range files {
		if name := strings.TrimSuffix(filepath.Base(file), ".json"); !strings.Contains(out, name) {
			t.Errorf("no row for %s:\n%s", name, out)
		}
	}
	if !strings.Contains(out, "In progress") || strings.Contains(out, "\x1b") || strings.Contains(out, "curl") {
		t.Errorf("want tags, no colour and no invitation:\n%s", out)
	}
}

func TestRunOnceVerbose(t *testing.T) {
	for name, args := range map[string][]string{"flag": {"run", "--once", "--listen", "127.0.0.1:0", "--verbose"}, "LOG_LEVEL": {"run", "--once", "--listen", "127.0.0.1:0"}} {
		t.Run(name, func(t *testing.T) {
			var env []string
			if name == "LOG_LEVEL" {
				env = []string{"LOG_LEVEL=debug"}
			}
			code, _, errs := finished(t, env, args...)
			if code != 0 || !strings.Contains(errs, "outcome=removed") || strings.Contains(errs, "untag-demo") {
				t.Errorf("exit %d, want the log without a secret:\n%s", code, errs)
			}
		})
	}
}

func TestUsedWrongly(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	folder := t.TempDir()
	for name, text := range map[string]string{
		"rules.yaml": "version: 1\nfoo: 1\nsources: {zoho: {verify: tokn}}\n", "crm.yaml": "Deals:\n  - {id: x}\n  - {id: \"1\", Tag: [1]}\n",
		"open.yaml": "Deals: [\n", "list.json": "[]", "number.json": `{"zoho": 1}`,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string) string { return filepath.Join(folder, name) }
	zoho := []string{"ZOHO_CLIENT_ID=1", "ZOHO_CLIENT_SECRET=hush", "ZOHO_REFRESH_TOKEN=hush", "ZOHO_DATA_CENTER=us"}
	tests := map[string]struct {
		env  []string
		args []string
		says []string
	}{
		"an unknown command":        {nil, []string{"sandbx"}, []string{`unknown command "sandbx"`, "sandbox"}},
		"help of nothing":           {nil, []string{"help", "sandbx"}, []string{`unknown command "sandbx"`, "did you mean sandbox?"}},
		"help of nothing below":     {nil, []string{"help", "run", "x"}, []string{`unknown command "x"`}},
		"an unknown flag":           {nil, []string{"run", "--lisn"}, []string{"--lisn", "untag run --help"}},
		"an argument":               {nil, []string{"run", "x"}, []string{`"x"`}},
		"no rules":                  {nil, []string{"run", "--rules", in("gone.yaml")}, []string{"gone.yaml", "--rules"}},
		"broken rules":              {nil, []string{"run", "--rules", in("rules.yaml")}, []string{in("rules.yaml") + ":1:1: ", in("rules.yaml") + ":2:1: ", in("rules.yaml") + ":3:26: "}},
		"no records":                {nil, []string{"run", "--records", in("gone.yaml")}, []string{"gone.yaml", "--records"}},
		"broken records":            {nil, []string{"sandbox", "--records", in("crm.yaml")}, []string{in("crm.yaml") + ":2:10: an id must be", in("crm.yaml") + ":3:21: a tag must be text; quote it"}},
		"records that end early":    {nil, []string{"sandbox", "--records", in("open.yaml")}, []string{in("open.yaml") + ":"}},
		"no events":                 {nil, []string{"run", "--events", in("gone")}, []string{"gone"}},
		"a folder without events":   {nil, []string{"run", "--events", t.TempDir()}, []string{"--events"}},
		"no secrets":                {nil, []string{"run", "--secrets", in("gone.json")}, []string{"gone.json", "--secrets"}},
		"secrets that are a list":   {nil, []string{"run", "--secrets", in("list.json")}, []string{"list.json", `{"zoho"`}},
		"a secret that is not text": {nil, []string{"run", "--secrets", in("number.json")}, []string{"number.json", "key zoho"}},
		"a port in use":             {nil, []string{"run", "--listen", taken.Addr().String()}, []string{"in use", "--listen"}},
		"a port in use, sandbox":    {nil, []string{"sandbox", "--listen", taken.Addr().String()}, []string{"in use", "--listen"}},
		"an unknown answer":         {nil, []string{"sandbox", "--answers", "207,408"}, []string{"--answers", `"408"`, "json-path"}},
		"an unknown fault":          {nil, []string{"sandbox", "--fault", "503=1"}, []string{"--fault", `"503"`, "429-after"}},
		"a fault over 1":            {nil, []string{"sandbox", "--fault", "500=2"}, []string{"--fault", "500=2"}},
		"faults over 1":             {nil, []string{"sandbox", "--faults", "0.9", "--fault", "reset=0.5"}, []string{"--faults", "more than all"}},
		"a journal in no folder":    {nil, []string{"sandbox", "--journal", in("gone/journal")}, []string{"--journal", "gone/journal"}},
		"a log level":               {[]string{"LOG_LEVEL=loud"}, []string{"run"}, []string{"LOG_LEVEL", "loud"}},
		"zoho, no credential":       {nil, []string{"run", "--zoho"}, []string{"ZOHO_SECRET_ID", "ZOHO_CLIENT_ID"}},
		"zoho, half a credential":   {zoho[:2], []string{"run", "--zoho"}, []string{"ZOHO_REFRESH_TOKEN"}},
		"zoho, everybody's secret":  {zoho, []string{"run", "--zoho", "--once", "--listen", "127.0.0.1:0"}, []string{"--secrets", "events/secrets/webhook.json", "source zoho", "source github"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			code, out, errs := finished(t, tt.env, tt.args...)
			if code != 2 || out != "" || !strings.HasPrefix(errs, "untag: ") {
				t.Errorf("exit %d, want 2 and the error alone: %q, %q", code, out, errs)
			}
			for _, say := range tt.says {
				if !strings.Contains(errs, say) {
					t.Errorf("said, without %q:\n%s", say, errs)
				}
			}
			if strings.Contains(errs, "hush") {
				t.Errorf("said a secret:\n%s", errs)
			}
		})
	}
}

func TestRunOnceGoesWrong(t *testing.T) {
	secrets := filepath.Join(t.TempDir(), "s.json")
	if err := os.WriteFile(secrets, []byte(`{"zoho":"another"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := finished(t, nil, "run", "--once", "--listen", "127.0.0.1:0", "--secrets", secrets)
	if code != 1 || !strings.HasPrefix(errs, "untag: ") || !strings.Contains(errs, "deliveries went wrong") || !strings.Contains(out, "zoho-workflow-json went wrong: 401 Unauthorized") {
		t.Errorf("exit %d, want 1 and why: %q\n%s", code, errs, out)
	}
}

func TestVersionAndHelp(t *testing.T) {
	for _, args := range [][]string{{"--version"}, {"help"}, {"help", "run"}, {"sandbox", "--help"}, {}} {
		if code, out, errs := finished(t, nil, args...); code != 0 || !strings.Contains(out, "untag") || errs != "" {
			t.Errorf("untag %v: exit %d: %q, %q", args, code, out, errs)
		}
	}
}
