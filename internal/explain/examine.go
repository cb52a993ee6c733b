package explain

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"

	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/rules"
	"untag/internal/sandbox"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

// Examination is what untag would do with one event. Nothing was sent.
type Examination struct {
	Event    event.Event
	decision rules.Decision
	Planned  pipeline.Planned
	outcome  pipeline.Outcome
	requests []sent
}

// Fired returns the rules that fire: those that want something of the event, and of some
// record if they look at records.
func (x Examination) Fired() map[string]bool {
	fired, matched, failed := make(map[string]bool), make(map[string]bool), make(map[string]bool)
	for _, r := range x.Planned.Resolutions {
		matched[r.Rule] = matched[r.Rule] || r.Resolution.Matched
		failed[r.Rule] = failed[r.Rule] || r.Resolution.Err != nil
	}
	for _, c := range x.decision.Candidates {
		if asked, resolved := matched[c.Rule]; !failed[c.Rule] && (asked || !resolved) {
			fired[c.Rule] = true
		}
	}
	return fired
}

// Failed returns the rules that cannot be evaluated, and why.
func (x Examination) Failed() map[string]string {
	failed := make(map[string]string)
	for _, e := range slices.Concat(x.decision.Errors, x.outcome.Errors) {
		failed[e.Rule] = e.Message
	}
	return failed
}

// sent is a request that would go to Zoho.
type sent struct {
	Method string  `json:"method"`
	URL    string  `json:"url"`
	Body   *string `json:"body"`
}

// Examiner runs the real pipeline and the real Zoho client over a connection that sends
// nothing: look-ups are answered from the given records, and removals always succeed.
type Examiner struct {
	Set     *rules.Rules
	APIURL  string
	Version string
	// CRM has the records to look in, nil if none are given.
	CRM *sandbox.Sandbox
}

// Examine finds out what untag would do with an event.
func (x Examiner) Examine(ctx context.Context, ev event.Event) (Examination, error) {
	out := Examination{Event: ev, decision: x.Set.Decide(ev)}
	client, wire, err := x.client(ctx)
	if err != nil {
		return out, err
	}
	// One call at a time keeps the requests in order.
	p := pipeline.New(pipeline.Config{Rules: x.Set, CRM: client, MaxConcurrency: 1, Waited: true})
	plan := p.Plan(ctx, slices.Values([]event.Event{ev}))
	out.Planned = plan.Events[0]
	out.outcome = p.Act(ctx, plan)[0]
	out.requests = wire.sent
	return out, nil
}

// client returns a Zoho client over a connection that sends nothing, and the connection.
func (x Examiner) client(ctx context.Context) (*zoho.Client, *deadEnd, error) {
	wire := &deadEnd{crm: x.CRM}
	if x.CRM != nil {
		token, err := wire.token(ctx)
		if err != nil {
			return nil, nil, err
		}
		wire.access = token
	}
	apiURL := x.APIURL
	if apiURL == "" {
		apiURL = "https://www.zohoapis.com"
	}
	client, err := zoho.New(zoho.Config{
		APIURL: apiURL, Version: x.Version, Tokens: noToken{}, HTTP: &http.Client{Transport: wire},
	})
	return client, wire, err
}

// noToken stands in for the source of access tokens.
type noToken struct{}

func (noToken) Token(context.Context) (zohoauth.Token, error) {
	return zohoauth.Token{AccessToken: "none"}, nil
}

func (noToken) Refused(context.Context, zohoauth.Token) {}

// deadEnd answers requests without sending them, and records them.
type deadEnd struct {
	crm    *sandbox.Sandbox
	access string
	sent   []sent
}

func (d *deadEnd) RoundTrip(r *http.Request) (*http.Response, error) {
	note := sent{Method: r.Method, URL: r.URL.String()}
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	if len(body) > 0 {
		text := string(body)
		note.Body = &text
	}
	d.sent = append(d.sent, note)
	answer := httptest.NewRecorder()
	switch {
	case r.Method == http.MethodPost:
		writeRemoved(answer, r.URL, body)
	case d.crm != nil:
		asked := r.Clone(r.Context())
		asked.Body = http.NoBody
		asked.Header.Set("Authorization", "Zoho-oauthtoken "+d.access)
		d.crm.ServeHTTP(answer, asked)
	default:
		answer.WriteHeader(http.StatusNoContent)
	}
	return answer.Result(), nil
}

// writeRemoved answers a remove_tags call as if every tag had been removed.
func writeRemoved(w http.ResponseWriter, u *url.URL, body []byte) {
	var request struct {
		IDs []string `json:"ids"`
	}
	_ = json.Unmarshal(body, &request)
	ids := request.IDs
	if list := u.Query().Get("ids"); list != "" {
		ids = strings.Split(list, ",")
	}
	if len(ids) == 0 {
		// …/{module}/{id}/actions/remove_tags
		segments := strings.Split(u.Path, "/")
		ids = segments[len(segments)-3 : len(segments)-2]
	}
	type details struct {
		ID   string   `json:"id"`
		Tags []string `json:"tags"`
	}
	type element struct {
		Code    string  `json:"code"`
		Details details `json:"details"`
	}
	var answer struct {
		Data []element `json:"data"`
	}
	for _, id := range ids {
		answer.Data = append(answer.Data, element{"SUCCESS", details{id, []string{}}})
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// token gets an access token from the sandbox, without a network.
func (d *deadEnd) token(ctx context.Context) (string, error) {
	c := d.crm.Credentials()
	form := url.Values{
		"grant_type": {"refresh_token"}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret}, "refresh_token": {c.RefreshToken},
	}
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://sandbox/oauth/v2/token", bytes.NewReader([]byte(form.Encode())))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	d.crm.ServeHTTP(w, r)
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	err := json.Unmarshal(w.Body.Bytes(), &answer)
	return answer.AccessToken, err
}
