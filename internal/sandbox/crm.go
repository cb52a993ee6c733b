package sandbox

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// call is one request to the CRM with valid credentials.
type call struct {
	number  uint64
	method  string
	version string // "v2" … "v8"
	path    []string
	query   url.Values
	body    []byte
	token   string
	scope   string
	base    string // the address of the API, for the links in an answer
	draw    draw
}

// versions returns the versions of Zoho's API. From v3 on, parameters of changes are JSON.
func versions() []string { return []string{"v2", "v2.1", "v3", "v4", "v5", "v6", "v7", "v8"} }

// inQuery reports whether the version takes the parameters of remove_tags in the
// query string.
func (c call) inQuery() bool { return c.version == "v2" || c.version == "v2.1" }

func (sb *Sandbox) serveCRM(w http.ResponseWriter, r *http.Request) {
	number, entered := sb.enter()
	if !entered {
		refuse(concurrency).write(w)
		return
	}
	defer sb.leave()
	token, scope, refused := sb.authorize(r)
	if refused != nil {
		sb.count(func(n *Requests) { n.Unauthorized++ })
		refused.write(w)
		return
	}
	c := call{number: number, method: r.Method, token: token, scope: scope, base: baseURL(r), draw: sb.config.Faults.draw(number)}
	if c.draw.slow && c.draw.early && !pause(r, sb.config.Faults.Delay) {
		return
	}
	a := sb.faulty(&c, func() answer { return sb.answer(w, r, c) })
	if c.draw.slow && !c.draw.early && !pause(r, sb.config.Faults.Delay) {
		return
	}
	c.draw.deliver(w, a)
}

// enter counts a call that begins. It counts and refuses calls over the limit.
func (sb *Sandbox) enter() (number uint64, ok bool) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	sb.sequence++
	sb.requests.CRM++
	if limit := sb.config.Concurrency; limit > 0 && sb.inFlight >= limit {
		sb.requests.Throttled++
		return sb.sequence, false
	}
	sb.inFlight++
	sb.requests.MostAtOnce = max(sb.requests.MostAtOnce, sb.inFlight)
	return sb.sequence, true
}

func (sb *Sandbox) leave() {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	sb.inFlight--
}

func (sb *Sandbox) authorize(r *http.Request) (token, scope string, refused *answer) {
	if host := sb.config.APIHost; host != "" && !strings.EqualFold(r.Host, host) {
		return "", "", &answer{status: http.StatusUnauthorized}
	}
	value, ok := bearer(r)
	if !ok {
		return "", "", new(refuse(noAuth))
	}
	if scope, ok = sb.good(value); !ok {
		return "", "", new(refuse(invalidToken))
	}
	return value, scope, nil
}

// answer reads the request and carries it out.
func (sb *Sandbox) answer(w http.ResponseWriter, r *http.Request, c call) answer {
	var err error
	if c.query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		return refuse(malformedQuery)
	}
	if c.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			return refuse(bodyTooLarge)
		}
		return page(http.StatusBadRequest)
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(r.URL.EscapedPath(), "/crm/"), "/") {
		name, err := url.PathUnescape(part)
		if err != nil || name == "" {
			return refuse(invalidURL)
		}
		c.path = append(c.path, name)
	}
	if len(c.path) < 2 || !slices.Contains(versions(), c.path[0]) {
		return refuse(invalidURL)
	}
	c.version, c.path = c.path[0], c.path[1:]
	return sb.route(c)
}

// route dispatches on the path below the version.
func (sb *Sandbox) route(c call) answer {
	p := c.path
	switch {
	case p[0] == "users" || p[0] == "org" || p[0] == "settings":
		return c.only(http.MethodGet, sb.about)
	case len(p) == 2 && p[0] == "actions" && p[1] == "watch":
		return sb.watch(c)
	case len(p) == 3 && p[1] == "actions" && p[2] == "remove_tags":
		return sb.removal(c, "")
	case len(p) == 4 && p[2] == "actions" && p[3] == "remove_tags":
		return sb.removal(c, p[1])
	case len(p) == 3 && p[1] == "actions" && p[2] == "add_tags":
		return sb.addition(c, "")
	case len(p) == 4 && p[2] == "actions" && p[3] == "add_tags":
		return sb.addition(c, p[1])
	case len(p) == 2 && p[1] == "search":
		return c.only(http.MethodGet, sb.search)
	case len(p) == 1:
		return c.only(http.MethodGet, sb.list)
	case len(p) == 2:
		return c.only(http.MethodGet, sb.one)
	}
	return refuse(invalidURL)
}

func (sb *Sandbox) removal(c call, id string) answer {
	sb.count(func(n *Requests) { n.RemoveTags++ })
	a := c.only(http.MethodPost, func(c call) answer { return sb.removeTags(c, id) })
	if sb.config.Answers.ErrorsInData && a.refused != nil && a.status != http.StatusUnauthorized {
		return reply(a.status, map[string]any{"data": []any{a.refused}})
	}
	return a
}

func (c call) only(method string, then func(call) answer) answer {
	if c.method != method {
		return refuse(invalidMethod)
	}
	return then(c)
}

// pause waits for the delay of a slow answer. It returns false if the client leaves first.
func pause(r *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// ofDigits reports whether text can be a record's id.
func ofDigits(text string) bool {
	return len(text) > 0 && len(text) <= maxIDDigits &&
		strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' }) < 0
}
