package send_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/send"
)

// TestCommand runs each command in a shell: what arrives is the request, byte for byte.
func TestCommand(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl")
	}
	type request struct {
		Method, URI, Type, Note string
		Body                    string
	}
	var got request
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = request{r.Method, r.RequestURI, r.Header.Get("Content-Type"), strings.Join(r.Header.Values("X-Note"), "|"), string(body)}
	}))
	defer server.Close()
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	tests := map[string]request{
		"JSON":                 {"POST", "/webhooks/shop", "application/json", "", `{"it's": "a \"b\" $HOME ` + "`id` \\\\ !! \t\n" + `"}`},
		"every byte":           {"POST", "/webhooks/shop", "application/octet-stream", "", strings.Repeat(string(every), 3)},
		"no type":              {"POST", "/webhooks/shop", "", "", "a=1&b=2"},
		"begins with @":        {"POST", "/webhooks/shop", "text/plain", "", "@/etc/passwd"},
		"line breaks":          {"POST", "/webhooks/shop", "text/plain", "", "\r\na\r\n\n"},
		"other letters":        {"POST", "/webhooks/shop", "text/plain", "é", "Zoë 😀 \u00a0 \u202e"},
		"no body":              {"POST", "/webhooks/shop", "", "", ""},
		"a get":                {"GET", "/webhooks/shop?a=1&b=%20'%22", "", "", ""},
		"a get with a body":    {"GET", "/webhooks/shop", "text/plain", "", "x"},
		"a put":                {"PUT", "/webhooks/shop?ids[]={1}", "text/plain", `a'b"c;$(id)`, "x"},
		"a head":               {"HEAD", "/webhooks/shop", "", "", ""},
		"a delete":             {"DELETE", "/webhooks/a/../shop", "", "", ""},
		"1 MiB of text":        {"POST", "/webhooks/shop", "text/plain", "", strings.Repeat("it's ", 200_000)},
		"1 MiB of bytes":       {"POST", "/webhooks/shop", "text/plain", "", strings.Repeat("\x00\xff\n", 300_000)},
		"hidden in a header":   {"POST", "/webhooks/shop", "text/plain", "a\u202eb\u2028'c\u0085%d\\e\u200b", "x"},
		"no UTF-8 in a header": {"POST", "/webhooks/shop", "text/plain", "\xe9t\xe9 \x80", "x"},
		"several headers":      {"POST", "/webhooks/shop", "text/plain", "a|b", "x"},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			header := make(http.Header)
			if want.Type != "" {
				header.Set("Content-Type", want.Type)
			}
			for note := range strings.SplitSeq(want.Note, "|") {
				if note != "" {
					header.Add("X-Note", note)
				}
			}
			header.Set("X-Empty", "")
			command := send.Command{Method: want.Method, URL: server.URL + want.URI, Header: header, Body: []byte(want.Body)}.String()
			if strings.ContainsAny(command, "\u202e\u2028\u0085") {
				t.Errorf("the command has what nobody sees: %q", command)
			}
			// As from a terminal, and not as one word, which may be too long.
			shell := exec.Command("sh")
			shell.Stdin = strings.NewReader(command + "\n")
			got = request{}
			if out, err := shell.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s\n%.2000s", err, out, command)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the request differs (-want +got):\n%.2000s\n%.2000s", diff, command)
			}
		})
	}
}

// TestCommandWithAVariable has the secret of the shell, and not that of the request.
func TestCommandWithAVariable(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl")
	}
	var got http.Request
	var body string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		got, body = *r, string(text)
	}))
	defer server.Close()
	c := send.Command{
		Method: "POST", URL: server.URL + "/webhooks/shop?key=STANDS&x=1", Body: []byte(`{"token":"STANDS","again":"STANDS"}`),
		Header:    http.Header{"X-Token": {"STANDS"}, "Authorization": {"Basic BASE64"}},
		Variables: []send.Variable{{Text: "STANDS", Shell: `"$SECRET"`}, {Text: "BASE64", Shell: `"$(printf %s "$SECRET" | base64)"`}},
	}
	command := c.String()
	if strings.Contains(command, "STANDS") || strings.Contains(command, "BASE64") || !c.Hides() {
		t.Errorf("the command has what stands for the secret:\n%s", command)
	}
	shell := exec.Command("sh", "-c", command)
	shell.Env = append(shell.Environ(), "SECRET=user:it's_a_$HOME")
	if out, err := shell.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s\n%s", err, out, command)
	}
	name, password, _ := got.BasicAuth()
	arrived := []string{got.Header.Get("X-Token"), name + ":" + password, body}
	if diff := cmp.Diff([]string{"user:it's_a_$HOME", "user:it's_a_$HOME", `{"token":"user:it's_a_$HOME","again":"user:it's_a_$HOME"}`}, arrived); diff != "" {
		t.Errorf("what arrived differs (-want +got):\n%s", diff)
	}
	c.URL, c.Body = "http://127.0.0.1/", []byte("\x00STANDS")
	if c.Hides() {
		t.Error("a body in base64 hides nothing")
	}
	if u, _ := url.Parse("http://127.0.0.1/?a=b"); send.CommandOf(&http.Request{Method: "GET", URL: u}, nil).String() != "curl -sS 'http://127.0.0.1/?a=b'" {
		t.Error(send.CommandOf(&http.Request{Method: "GET", URL: u}, nil))
	}
}
