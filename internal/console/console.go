package console

import (
	"embed"
	"net/http"
	"path"
	"strings"

	"untag/internal/rules"
	"untag/internal/sandbox"
	"untag/internal/webhook"
)

//go:embed assets
var assets embed.FS

// Config says what a Console shows.
type Config struct {
	// Kept has the entries.
	Kept *Kept
	// Rules returns those that are in force.
	Rules func() *rules.Rules
	// LoadRules checks the text of a rules file; nil for rules.Load.
	LoadRules func(text []byte) (*rules.Rules, []rules.Fault)
	// Records are the simulated ones; nil for a real account.
	Records records
	// Courier delivers requests, and Copier writes them as text to take away.
	Courier courier
	Copier  copier
	// File is the rules file; nil if other rules cannot be put into force.
	File RulesFile
	// FreshCRM returns the simulated records as they were at first, to try rules with; nil for a
	// real account.
	FreshCRM func() *sandbox.Sandbox
	// Receiver returns what knows how sources are verified; nil for one without secrets.
	Receiver func() *webhook.Receiver
	// Hide returns a text without the stored secrets; nil if none are stored.
	Hide func(string) string
	// Token lets a browser in that is not on this machine; without one, none is.
	Token string
	// Open says that other machines reach the listener, so that every browser needs the Token.
	Open bool
	// Dead is the dead-letter queue whose messages are Kept, nil if they are events that arrive.
	Dead DeadLetters
}

// Console serves the pages. It is safe for concurrent use.
type Console struct {
	Config
	handler http.Handler
	mux     *http.ServeMux
	pages   pages
	// run tells this run of the program from others, whose entries have the same ids.
	run string
	// comparing holds back further comparisons while one runs, and compared is the last one.
	comparing chan struct{}
	compared  *whatIf
	// texts are what searches have looked at.
	texts texts
}

// New returns a Console.
func New(c Config) *Console {
	run := newRun()
	console := &Console{Config: c, mux: http.NewServeMux(), pages: parsePages(c.Dead != nil, run), run: run, comparing: make(chan struct{}, 1)}
	console.routes()
	console.handler = guard{next: console.mux, token: c.Token, open: c.Open, ask: console.askForToken}
	return console
}

// routes says where each page is. Those of a part of the console are in its file.
func (c *Console) routes() {
	c.mux.Handle("GET /assets/", http.FileServerFS(assets))
	// A browser asks for it after an answer that is not a page. It is not a webhook either.
	c.mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, assets, "assets/icon.svg")
	})
	c.mux.HandleFunc("GET /{$}", c.showEvents)
	// The guard takes a token. The address of its form is what a browser shows after it.
	c.mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusSeeOther) })
	c.eventRoutes()
	c.copyRoutes()
	c.rulesRoutes()
	if c.Dead != nil {
		c.deadRoutes()
		return
	}
	c.mux.HandleFunc("GET /chart", c.showChart)
	c.mux.HandleFunc("GET /live", c.serveLive)
	c.recordRoutes()
	c.sendRoutes()
}

// Serves reports whether a request is for the console: for one of its pages, also if that does not
// take the method. Whatever is sent to / is a webhook with a wrong address, and so is what would
// have to be sent once more, to an address without dots.
func (c *Console) Serves(r *http.Request) bool {
	if _, pattern := c.mux.Handler(r); pattern != "" {
		return r.Method == http.MethodGet || r.Method == http.MethodHead || path.Clean(r.URL.Path) == r.URL.Path
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := *r
		other.Method = method
		if _, pattern := c.mux.Handler(&other); pattern != "" && path.Clean(r.URL.Path) == r.URL.Path {
			return r.URL.Path != "/"
		}
	}
	return false
}

func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.handler.ServeHTTP(w, r) }

// askForToken shows the form that asks for the token.
func (c *Console) askForToken(w http.ResponseWriter, r *http.Request, wrong bool) {
	if strings.Contains(r.Header.Get("Accept"), "text/html") || r.Method == http.MethodPost {
		c.pages.show(w, http.StatusUnauthorized, "token", page{Title: "Token", Data: wrong})
		return
	}
	http.Error(w, "The console needs the token that untag run printed.", http.StatusUnauthorized)
}
