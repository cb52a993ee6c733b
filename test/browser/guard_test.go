package browser_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// policy is the Content-Security-Policy that every page must have.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// ask makes a request to the console, with headers of which Host is one.
func (p *program) ask(method, path string, headers ...header) (*http.Response, string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), soon)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, p.url+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, h := range headers {
		if h.name == "Host" {
			request.Host = h.value
		}
		request.Header.Set(h.name, h.value)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return response, string(body)
}

func TestTheConsoleAnswersOnlyItsOwnPagesOnThisMachine(t *testing.T) {
	p := start(t)
	p.send(zoho, dealWon)
	port := p.url[strings.LastIndex(p.url, ":"):]
	for name, test := range map[string]struct {
		method  string
		headers []header
		status  int
	}{
		"this machine":                       {"GET", nil, http.StatusOK},
		"localhost":                          {"GET", []header{{"Host", "localhost" + port}}, http.StatusOK},
		"a host name of an attacker":         {"GET", []header{{"Host", "rebind.example.com" + port}}, http.StatusMisdirectedRequest},
		"an address of an attacker":          {"GET", []header{{"Host", "203.0.113.7"}}, http.StatusMisdirectedRequest},
		"through a proxy":                    {"GET", []header{{"X-Forwarded-For", "203.0.113.7"}}, http.StatusUnauthorized},
		"a post of another site":             {"POST", []header{{"Origin", "https://attacker.example.com"}}, http.StatusForbidden},
		"a post of another port":             {"POST", []header{{"Origin", "http://127.0.0.1:9"}}, http.StatusForbidden},
		"a post without an origin":           {"POST", []header{{"Sec-Fetch-Site", "cross-site"}}, http.StatusForbidden},
		"a post of a page without an origin": {"POST", []header{{"Origin", "null"}}, http.StatusForbidden},
	} {
		path := "/"
		if test.method == "POST" {
			path = "/events/1/replay"
		}
		response, body := p.ask(test.method, path, test.headers...)
		if response.StatusCode != test.status {
			t.Errorf("%s: status %d, want %d", name, response.StatusCode, test.status)
		}
		if response.StatusCode != http.StatusOK && strings.Contains(body, "In progress") {
			t.Errorf("%s: it shows an event:\n%s", name, body)
		}
	}
	for _, path := range []string{"/", "/?q=x", "/chart", "/assets/app.js"} {
		if response, _ := p.ask(http.MethodGet, path); response.Header.Get("Content-Security-Policy") != policy {
			t.Errorf("%s: Content-Security-Policy is %q, want %q", path, response.Header.Get("Content-Security-Policy"), policy)
		}
	}
}

func TestOtherMachinesNeedTheToken(t *testing.T) {
	p := start(t, "--listen", "0.0.0.0:0")
	if p.token == "" {
		t.Fatal("the address of the console has no token")
	}
	p.send(zoho, dealWon)
	b := open(p)
	b.visit("/")
	b.wait(`document.querySelector("input[type=password]")`)
	b.expect("401")
	b.inspect("token")
	b.do(chromedp.SendKeys(chromedp.CSS("input[type=password]"), "guessed\r"))
	b.wait(`document.querySelector("[role=alert], .fault")`)
	b.expect("401")
	b.do(chromedp.SendKeys(chromedp.CSS("input[type=password]"), p.token+"\r"))
	b.wait(`document.querySelectorAll("#entries > li").length == 1`)
	if value[bool](b, fmt.Sprintf(`location.href.includes(%q) || document.cookie.includes(%[1]q)`, p.token)) {
		t.Error("the token is in the page's address, or a script can read it")
	}

	// The address that the program prints lets a browser in at once.
	c := open(p)
	c.visit("/?token=" + p.token)
	c.wait(`document.querySelectorAll("#entries > li").length == 1 && location.search == ""`)
}

// Another site that the browser has open can neither show the console in a frame, nor read it,
// nor change anything.
func TestAnotherSiteCannotUseTheConsole(t *testing.T) {
	p := start(t)
	p.send(zoho, dealWon)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	site := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, `<!doctype html><title>Another site</title><iframe src="%[1]s/"></iframe>
			<form method="post" action="%[1]s/events/1/replay"><button>A prize</button></form>`, p.url)
	})}}
	site.Start()
	t.Cleanup(site.Close)
	b := open(p)
	b.do(chromedp.Navigate(site.URL))
	if got := value[string](b, `fetch("`+p.url+`/").then(r => r.text(), error => "not read")`); got != "not read" {
		t.Errorf("another site reads the console: %.200s", got)
	}
	b.click("button")
	b.wait(`document.body.innerText.includes("another web site")`)
	b.expect("request to another host: "+site.URL, "frame", "CORS", "ERR_FAILED", "403", "ERR_BLOCKED")
	b.visit("/")
	if got := value[int](b, `document.querySelectorAll("#entries > li").length`); got != 1 {
		t.Errorf("there are %d events, want 1: another site replayed one", got)
	}
}
