package local

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"untag/functions/removetags/handler"
	"untag/internal/rules"
	"untag/internal/terminal"
	"untag/internal/userfile"
)

// inForce is the function with one version of the rules, and what reads requests with them.
type inForce struct {
	inputs
	stripper
	hide     func(string) string
	function *handler.Handler
}

// enforce makes what runs with these rules and secrets.
func (r *running) enforce(in inputs) *inForce {
	receiver := newReceiver(in, r.account)
	strip := stripper{in.rules, receiver, in.webhooks, os.Getenv("PUBLIC_URL")}
	return &inForce{in, strip, strip.hider(), newLine(in.rules, receiver, r.client, r.logs)}
}

// set returns the rules in force.
func (r *running) set() *rules.Rules { return r.force.Load().inputs.rules }

// strip returns what leaves credentials out of requests.
func (r *running) strip() stripper { return r.force.Load().stripper }

// Invoke invokes the function with the rules in force: an invocation is decided by one version of
// them, also if they are replaced while it runs.
func (r *running) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	now := r.force.Load()
	if t := traceOf(ctx); t != nil {
		t.mu.Lock()
		t.rules = now.inputs.rules
		t.mu.Unlock()
	}
	return now.function.Invoke(ctx, payload)
}

// use puts the rules of a text into force. Sources that are new get a made-up secret, as at the
// start. It returns what there is to say about them.
func (r *running) use(text []byte) (notes []string, err error) {
	set, err := userfile.LoadRules(r.flags.Rules, text)
	if err != nil {
		return nil, err
	}
	before := r.force.Load()
	in := before.inputs
	in.rules, in.webhooks, in.shown, in.madeUp = set, maps.Clone(in.webhooks), maps.Clone(in.shown), slices.Clone(in.madeUp)
	if r.flags.Zoho {
		if refused, _ := in.webhooks.ForRealAccount(set, r.flags.Secrets); len(refused) > 0 {
			return nil, terminal.FaultLines(refused)
		}
	} else if !r.flags.Given["secrets"] {
		for _, s := range set.Sources() {
			in.makeUp(s)
		}
	}
	for _, name := range in.madeUp[len(before.madeUp):] {
		note := fmt.Sprintf("a secret was made up for %s: %s", name, in.shown[name])
		if tokens := in.webhooks[name].VerifyTokens; len(tokens) > 0 {
			note += ", verify_token: " + strings.Join(tokens, ", ")
		}
		notes = append(notes, note)
	}
	r.force.Store(r.enforce(in))
	return notes, nil
}
