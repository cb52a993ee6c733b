package main

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"untag/internal/sandbox"
)

// newTerminal returns both ends of a terminal: what a person sees and types at, and what a program
// reads from and writes to.
func newTerminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("there are no terminals here: %v", err)
	}
	t.Cleanup(func() { person.Close() })
	var number, unlocked uint32
	for request, value := range map[uintptr]*uint32{syscall.TIOCSPTLCK: &unlocked, syscall.TIOCGPTN: &number} {
		if _, _, failed := syscall.Syscall(syscall.SYS_IOCTL, person.Fd(), request, uintptr(unsafe.Pointer(value))); failed != 0 {
			t.Fatalf("open a terminal: %v", failed)
		}
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	return person, program
}

// TestAuthAtATerminal: each answer that cannot be used is asked for again, because the
// code of the person who typed it soon expires. Neither the client secret nor the code is shown.
func TestAuthAtATerminal(t *testing.T) {
	crm := sandbox.New(sandbox.Config{})
	server := httptest.NewServer(crm)
	defer server.Close()
	of, code := crm.Credentials(), crm.Code()
	type answer struct{ question, text, then string }
	environment := answer{"Environment: ", "Developer", "Client ID: "}
	rest := []answer{
		{"Client ID: ", "", "it is missing"},
		{"Client ID: ", "10 00", "such as a space"},
		{"Client ID: ", of.ClientID, "Client Secret"},
		{"Client Secret (not shown): ", "", "it is missing"},
		{"Client Secret (not shown): ", of.ClientSecret, "Grant code"},
		{"minutes): ", code[:5] + " " + code[5:], "such as a space"},
		{"minutes): ", code, "the credential is in zoho.json"},
	}
	for name, tt := range map[string]struct {
		args    string
		answers []answer
	}{
		"everything asked": {"", append([]answer{
			{"Data center", "de", `"de" is not a data center`},
			{"Data center", "", "is not a data center"},
			{"Data center", "EU", "Environment: "},
			{"Environment: ", "prod", `"prod" is not an environment`},
			environment,
		}, rest...)},
		"the data center is a flag": {"--data-center eu", append([]answer{environment}, rest...)},
	} {
		t.Run(name, func(t *testing.T) {
			code = crm.Code()
			tt.answers[len(tt.answers)-1].text = code
			person, end := newTerminal(t)
			cmd := program(t, []string{"ZOHO_ACCOUNTS_URL=" + server.URL, "ZOHO_DATA_CENTER=", "ZOHO_ENVIRONMENT=", "ZOHO_CLIENT_ID="}, append([]string{"auth", "--out", "zoho.json"}, strings.Fields(tt.args)...)...)
			cmd.Dir = folderWith(t, map[string]string{"rules.yaml": localRules})
			cmd.Stdin, cmd.Stdout, cmd.Stderr = end, end, end
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer cmd.Process.Kill()
			end.Close() // so that the end of the program is the end of what is shown
			shown := &screenText{parts: make(chan string)}
			go shown.read(person)
			place := 0
			for _, a := range tt.answers {
				shown.until(t, place, a.question, func(text string) bool {
					last := text[strings.LastIndex(text, "\n")+1:]
					return strings.Contains(last, a.question) && strings.HasSuffix(last, ": ")
				})
				for !hides(t, person) && strings.HasSuffix(a.question, "): ") {
					runtime.Gosched() // the question is shown before the answers are hidden
				}
				place = len(shown.all)
				fmt.Fprintln(person, a.text)
				shown.until(t, place, a.then, func(text string) bool { return strings.Contains(text, a.then) })
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("untag auth: %v\n%s", err, shown.all)
			}
			stored, err := os.ReadFile(filepath.Join(cmd.Dir, "zoho.json"))
			if err != nil || !bytes.Contains(stored, []byte(`"data_center":"eu","environment":"developer"`)) {
				t.Errorf("stored %s, %v", stored, err)
			}
			for _, secret := range []string{of.ClientSecret, code, code[5:]} {
				if strings.Contains(shown.all, secret) {
					t.Errorf("a secret is shown:\n%s", shown.all)
				}
			}
		})
	}
}

// screenText is what a terminal shows.
type screenText struct {
	all   string
	parts chan string
}

func (s *screenText) read(from *os.File) {
	defer close(s.parts)
	for {
		part := make([]byte, 4096)
		n, err := from.Read(part)
		s.parts <- string(part[:n])
		if err != nil { // the program has ended
			return
		}
	}
}

// until waits until what is shown after a place is right, and returns how much is shown.
func (s *screenText) until(t *testing.T, place int, what string, right func(shown string) bool) int {
	t.Helper()
	for !right(s.all[place:]) {
		part, more := <-s.parts
		if s.all += part; !more {
			t.Fatalf("%q is not shown:\n%s", what, s.all)
		}
	}
	return len(s.all)
}

// hides reports whether a terminal does not show what is typed.
func hides(t *testing.T, end *os.File) bool {
	t.Helper()
	var state syscall.Termios
	if _, _, failed := syscall.Syscall(syscall.SYS_IOCTL, end.Fd(), syscall.TCGETS, uintptr(unsafe.Pointer(&state))); failed != 0 {
		t.Fatalf("look at a terminal: %v", failed)
	}
	return state.Lflag&syscall.ECHO == 0
}
