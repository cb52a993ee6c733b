package pipeline

import (
	"sync"
	"time"

	"untag/internal/zoho"
)

// probeEvery is how often one of the calls that cannot succeed until someone fixes the
// installation is made anyway, to see whether it has been fixed.
const probeEvery = time.Minute

// route is an operation on a module, which a credential may or may not be allowed to do. The
// zero route stands for all of them.
type route struct {
	operation operation
	module    string
}

type operation int

const (
	doRemove operation = iota
	doRead
	doSearch
)

// gates close routes on which calls cannot succeed because of the installation: Zoho refuses
// the credential for good, a secret cannot be read, or a scope or right is missing. They
// outlast a batch. A closed gate lets one call through every minute, and opens when that
// succeeds; meanwhile events go back to the queue, and Zoho and the secrets are not called.
type gates struct {
	mu sync.Mutex
	// by holds the closed gates.
	by map[route]*gate
	// worked are the routes on which calls have succeeded, and modules their modules.
	worked  map[route]bool
	modules map[string]bool
}

// gate says why calls cannot succeed, since when that is known, and when to let the next one
// through.
type gate struct {
	because      *Problem
	since, probe time.Time
}

// maxRoutes bounds what is remembered: the name of a module may come from an event.
const maxRoutes = 1000

func newGates() *gates {
	return &gates{by: make(map[route]*gate), worked: make(map[route]bool), modules: make(map[string]bool)}
}

// closed returns why a call on a route is not worth making now. It returns nil if it is, or
// if this is the call to let through.
func (g *gates) closed(r route) *Problem {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	for _, key := range []route{{}, r} {
		shut := g.by[key]
		switch {
		case shut == nil:
		case g.isRules(r, shut.because):
			delete(g.by, key) // other modules have worked since, so the rule is at fault
		case now.Before(shut.probe):
			p := *shut.because
			p.RetryAfter = max(shut.probe.Sub(now), p.RetryAfter-now.Sub(shut.since))
			return &p
		default:
			shut.probe = now.Add(probeEvery)
		}
	}
	return nil
}

// about reports whether calls on a route are known to fail.
func (g *gates) about(r route) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.by[r] != nil
}

// note closes or opens gates according to the result of a call, and returns what that means
// for its events.
func (g *gates) note(r route, p *Problem) *Problem {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p == nil {
		g.remember(r)
	}
	key := r
	switch {
	case p == nil:
	case p.Cause == zoho.CauseCall && p.Retryable:
		return p // it says nothing about the installation
	case g.isRules(r, p):
		// The rule names a module that the Zoho user has no right to.
		p = new(*p)
		p.Cause, p.Retryable = zoho.CauseCall, false
	case p.Cause == zoho.CauseInstallation, p.Cause == zoho.CauseToken && len(g.worked) == 0:
		key = route{}
	}
	if !p.Installation() {
		delete(g.by, route{})
		delete(g.by, r)
		return p
	}
	if len(g.by) >= maxRoutes {
		clear(g.by)
	}
	now := time.Now()
	g.by[key] = &gate{because: p, since: now, probe: now.Add(probeEvery)}
	return p
}

func (g *gates) remember(r route) {
	if len(g.worked) >= maxRoutes {
		clear(g.worked)
		clear(g.modules)
	}
	g.worked[r], g.modules[r.module] = true, true
}

// isRules reports whether a problem is the rule's rather than the installation's: Zoho says that
// its user has no right to the module, and other modules work. An answer without a code does not
// say so: it may be the page of a proxy, which refuses for now.
func (g *gates) isRules(r route, p *Problem) bool {
	return p.Cause == zoho.CauseRights && p.Code != codeUnexpected && g.onlyFor(r)
}

// onlyFor reports whether calls for other modules have succeeded, but none on this route.
func (g *gates) onlyFor(r route) bool {
	others := len(g.modules)
	if g.modules[r.module] {
		others--
	}
	return others > 0 && !g.worked[r]
}
