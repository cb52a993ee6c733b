package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"untag/internal/nearest"
	"untag/internal/rules"
	"untag/internal/scopes"
	"untag/internal/watchlist"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

// callTimeout bounds one call to Zoho.
const callTimeout = 15 * time.Second

// account checks what Zoho says: the token, the scopes, what the rules name, and webhooks.
func (s Setup) account(ctx context.Context, r *Report, c zohoauth.Credentials) {
	const check = "access token"
	client := &http.Client{Timeout: callTimeout, Transport: s.Clock.transport("Zoho")}
	var granted, elsewhere string
	minter := zoho.NewMinter(zoho.MinterConfig{
		Credentials: func(context.Context) (zohoauth.Credentials, error) { return c, nil },
		Environment: s.Environment, AccountsURL: s.AccountsURL, APIURL: s.APIURL, HTTP: client,
		Report: func(message string) { elsewhere = message }, Granted: func(scope string) { granted = scope },
	})
	tokens := zoho.NewTokens(minter)
	if _, err := tokens.Token(ctx); err != nil {
		s.noToken(r, err)
		return
	}
	r.ok(check, "Zoho issued one")
	s.scopes(r, granted)
	if elsewhere != "" && s.APIURL == "" {
		r.warn("data center and environment", "see that `environment` in the credential is that of your organization", "%s", elsewhere)
	}
	api, err := zoho.New(zoho.Config{APIURL: s.APIURL, Version: s.APIVersion, HTTP: client, Tokens: tokens})
	if err != nil {
		r.fault("API version", "set ZOHO_API_VERSION to one of v2 to v8", "%v", err)
		return
	}
	known, err := zoho.Modules(ctx, api)
	switch failed, _ := errors.AsType[*zoho.Error](err); {
	case err == nil:
		r.ok("data center and environment", "the API of %s accepts the token", place(c, s.Environment))
		s.named(ctx, r, api, known)
	case failed != nil && failed.Code == "OAUTH_SCOPE_MISMATCH":
		r.ok("data center and environment", "the API of %s accepts the token", place(c, s.Environment))
		r.warn("modules, fields and tags", "add the scope to the credential with untag auth", "not checked: the credential lacks ZohoCRM.settings.modules.READ")
	case failed != nil && (failed.Cause() == zoho.CauseToken || failed.Cause() == zoho.CauseInstallation):
		r.fault("data center and environment", "set `data_center` and `environment` of the credential to those of your organization; run untag auth", "the API of %s refuses the token: %v", place(c, s.Environment), err)
		return
	default:
		r.fault("data center and environment", "try again; if it stays, check the network and status.zoho.com", "the API of %s does not answer as it should: %v", place(c, s.Environment), err)
		return
	}
	s.watches(ctx, r, api)
	s.failures(ctx, r, client, tokens)
}

func place(c zohoauth.Credentials, environment string) string {
	if c.Environment != "" {
		environment = c.Environment
	}
	if environment == "" {
		environment = "production"
	}
	return "data center " + c.DataCenter + ", " + strings.ToLower(environment)
}

// noToken says why Zoho issues no token.
func (s Setup) noToken(r *Report, err error) {
	const check = "access token"
	failed, _ := errors.AsType[*zoho.Error](err)
	switch {
	case failed == nil:
		r.fault(check, "run untag auth", "%v", err)
	case failed.Code == "invalid_client":
		r.fault(check, "compare client_id, client_secret and data_center with Zoho's API console, and run untag auth", "Zoho refuses the client: its id or secret is wrong, or it belongs to another data center (invalid_client)")
	case failed.Code == "invalid_code":
		r.fault(check, "run untag auth for a new one", "Zoho refuses the refresh token: it is wrong, was revoked, or belongs to another data center (invalid_code)")
	case failed.Code == zoho.CodeThrottled:
		r.warn(check, "wait ten minutes and try again", "too many were requested: Zoho issues ten in ten minutes")
	case failed.Code == zoho.CodeNoAnswer:
		r.fault(check, "check the network, and the proxy if there is one", "the accounts server does not answer: %v", err)
	default:
		r.fault(check, "run untag auth", "%v", err)
	}
}

// scopes compares the scopes of the token with those that the rules need.
func (s Setup) scopes(r *Report, granted string) {
	const check = "scopes"
	has := strings.FieldsFunc(granted, func(r rune) bool { return r == ' ' || r == ',' })
	if len(has) == 0 {
		r.warn(check, "if calls are refused with OAUTH_SCOPE_MISMATCH, run untag auth", "not checked: Zoho does not say which the credential has")
		return
	}
	missing := scopes.Missing(scopes.Of(s.Rules), has)
	for _, n := range missing {
		r.fault(check, "run untag auth with a code that has it", "the credential lacks %s: %s", n.Scope, n.Why)
	}
	if len(missing) == 0 {
		r.ok(check, "the credential has all that the rules need")
	}
}

// named checks that the modules, fields and tags of the rules exist in the account.
func (s Setup) named(ctx context.Context, r *Report, api *zoho.Client, known []string) {
	targets := s.Rules.Targets()
	faults := r.Count(Fault) + r.Count(Warning)
	modules := make(map[string]bool)
	for _, t := range targets {
		if t.Module != "" {
			s.exists(r, "module", t.Module, "rule `"+t.Rule+"`", known, &modules)
		}
	}
	for _, source := range s.Rules.Sources() {
		for _, event := range source.Watch.Events {
			module, _, _ := strings.Cut(event, ".")
			s.exists(r, "module", module, "source `"+source.Name+"`", known, &modules)
		}
	}
	for module, there := range modules {
		if !there {
			delete(modules, module)
		}
	}
	checkEach(r, "field", api.CheckModule, targets, modules, func(module string) ([]string, error) { return zoho.Fields(ctx, api, module) },
		func(t rules.Target) []string { return t.Fields })
	checkEach(r, "tag", api.CheckModule, targets, modules, func(module string) ([]string, error) { return zoho.TagNames(ctx, api, module) },
		func(t rules.Target) []string { return t.Tags })
	if r.Count(Fault)+r.Count(Warning) == faults {
		r.ok("modules, fields and tags", "all that the rules name exist in the account")
	}
}

// exists reports a module that the account lacks, once.
func (s Setup) exists(r *Report, what, name, who string, known []string, seen *map[string]bool) {
	if _, before := (*seen)[name]; before {
		return
	}
	(*seen)[name] = slices.Contains(known, name)
	if !(*seen)[name] {
		r.fault(what+"s", meant(name, known, "use the API name, which Zoho shows under Setup, Developer Hub, APIs, API Names"), "%s: the account has no %s %s", who, what, name)
	}
}

// meant says which name was probably meant.
func meant(name string, known []string, otherwise string) string {
	if near := nearest.Of(name, known); near != "" {
		return "did you mean " + near + "?"
	}
	return otherwise
}

// checkEach checks the names of one kind, module by module.
func checkEach(r *Report, what string, usable func(string) error, targets []rules.Target, modules map[string]bool, list func(string) ([]string, error), of func(rules.Target) []string) {
	const none = "create it in Zoho CRM, or correct the rule"
	known := make(map[string][]string)
	failed := make(map[string]bool)
	seen := make(map[string]bool)
	for _, t := range targets {
		if !modules[t.Module] || len(of(t)) == 0 || failed[t.Module] || usable(t.Module) != nil {
			continue
		}
		if _, read := known[t.Module]; !read {
			names, err := list(t.Module)
			if err != nil {
				failed[t.Module] = true
				r.warn(what+"s", "if a scope is missing, add it with untag auth", "those of %s are not checked: %v", t.Module, err)
				continue
			}
			known[t.Module] = names
		}
		for _, name := range of(t) {
			key := t.Rule + "\x00" + t.Module + "\x00" + name
			if !seen[key] && !slices.Contains(known[t.Module], name) {
				r.fault(what+"s", meant(name, known[t.Module], none), "rule `%s`: %s has no %s %s", t.Rule, t.Module, what, quoted(what, name))
			}
			seen[key] = true
		}
	}
}

// quoted puts a tag in quotation marks, because it may have spaces.
func quoted(what, name string) string {
	if what == "tag" {
		return fmt.Sprintf("%q", name)
	}
	return name
}

// watches checks the notifications that the rules declare.
func (s Setup) watches(ctx context.Context, r *Report, api *zoho.Client) {
	const check = "notifications"
	list, err := watchlist.Read(ctx, api, s.Rules.Sources())
	if err != nil {
		r.fault(check, "see that the credential has the scope ZohoCRM.notifications.ALL", "they cannot be listed: %v", err)
		return
	}
	for _, e := range list {
		switch {
		case e.State == watchlist.Missing:
			r.fault(check, "run untag watch enable "+e.Source, "source %s is not subscribed, so Zoho does not notify it", e.Source)
		case e.State == watchlist.Changed:
			r.fault(check, "run untag watch enable "+e.Source, "source %s: Zoho notifies it of other events than the rules file names", e.Source)
		case s.PublicURL != "" && !strings.HasPrefix(e.URL, strings.TrimSuffix(strings.TrimRight(s.PublicURL, "/"), "/webhooks")+"/"):
			r.fault(check, "run untag watch enable "+e.Source+" --url "+s.PublicURL, "source %s: Zoho notifies %s, which is another address than %s", e.Source, e.URL, s.PublicURL)
		case e.State == watchlist.Due:
			r.warn(check, "see that the stack has RenewNotifications=true, or run untag watch renew", "source %s: its subscription ends %s; the schedule should renew it within hours", e.Source, e.Ends.UTC().Format("2006-01-02 15:04 MST"))
		default:
			r.ok(check, "source %s is subscribed until %s", e.Source, e.Ends.UTC().Format("2006-01-02 15:04 MST"))
		}
	}
}

// failures reports the webhooks of workflow rules that Zoho could not deliver.
func (s Setup) failures(ctx context.Context, r *Report, client *http.Client, tokens *zoho.Tokens) {
	const check = "webhooks of Zoho"
	latest, err := zoho.New(zoho.Config{APIURL: s.APIURL, Version: "v8", HTTP: client, Tokens: tokens})
	if err != nil {
		return // the version is right
	}
	list, err := zoho.WebhookFailures(ctx, latest)
	if err != nil {
		failed, _ := errors.AsType[*zoho.Error](err)
		do := "try again later"
		if failed != nil && failed.Code == "OAUTH_SCOPE_MISMATCH" {
			do = "add the scope ZohoCRM.settings.automation_actions.READ with untag auth"
		}
		r.warn(check, do, "not checked: %v", err)
		return
	}
	if len(list) == 0 {
		r.ok(check, "Zoho reports no failed webhook in the last 30 days")
		return
	}
	counts := make(map[string]int)
	var order []string
	for _, f := range list {
		text := fmt.Sprintf("%q", f.Name)
		if f.Module != "" {
			text += " of " + f.Module
		}
		if f.Reason != "" {
			text += " (" + f.Reason + ")"
		}
		if counts[text]++; counts[text] == 1 {
			order = append(order, text)
		}
	}
	for i, text := range order {
		order[i] = fmt.Sprintf("%d × %s", counts[text], text)
	}
	r.warn(check, "correct the URL or the secret of these webhooks in Zoho CRM (Setup, Automation, Actions), or the cause that the function's log names; what they were about is not sent again",
		"%d failed in the last 30 days: %s", len(list), strings.Join(order[:min(len(order), 5)], ", "))
}
