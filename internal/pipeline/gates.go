package pipeline

import (
	"sync"
	"time"

	"untag/internal/zoho"
)

// probeEvery is how often a call is made of those that cannot succeed before somebody has
// put the installation right, to see whether that was done.
const probeEvery = time.Minute

// route is what calls have in common that a credential may or may not make: the operation
// and the module. The zero route stands for all of them.
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

// gates are shut where calls cannot succeed because of the installation: a credential that
// Zoho refuses for good, a secret that cannot be read, a scope or right that is missing.
// They last longer than a batch. They let one call through every minute, and open when it
// succeeds; meanwhile events go back, and Zoho and the secrets are left alone.
type gates struct {
	mu sync.Mutex
	// by has the gates that are shut.
	by map[route]*gate
	// worked are the routes on which calls have succeeded, and modules those of them.
	worked  map[route]bool
	modules map[string]bool
}

// gate is why calls cannot succeed, since when that is known, and when the next is let
// through.
type gate struct {
	because      *problem
	since, probe time.Time
}

// maxRoutes bounds what is remembered: the name of a module may come from an event.
const maxRoutes = 1000

func newGates() *gates {
	return &gates{by: make(map[route]*gate), worked: make(map[route]bool), modules: make(map[string]bool)}
}

// closed is why a call on a route is not worth making now, nil where it is, or where it is
// the one that is let through.
func (g *gates) closed(r route) *problem {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	for _, key := range []route{{}, r} {
		shut := g.by[key]
		switch {
		case shut == nil:
		case shut.because.cause == zoho.CauseRights && g.onlyFor(r):
			delete(g.by, key) // by now it is known that the rule is at fault
		case now.Before(shut.probe):
			p := *shut.because
			p.retryAfter = max(shut.probe.Sub(now), p.retryAfter-now.Sub(shut.since))
			return &p
		default:
			shut.probe = now.Add(probeEvery)
		}
	}
	return nil
}

// about reports whether calls on a route are known not to succeed.
func (g *gates) about(r route) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.by[r] != nil
}

// note shuts or opens gates by what became of a call, and returns what that means for its
// events.
func (g *gates) note(r route, p *problem) *problem {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p == nil {
		g.remember(r)
	}
	key := r
	switch {
	case p == nil:
	case p.cause == zoho.CauseCall && p.retryable:
		return p // nothing is known of the installation
	case p.cause == zoho.CauseRights && g.onlyFor(r):
		// The rule names a module that the user has no right to.
		p = new(*p)
		p.cause, p.retryable = zoho.CauseCall, false
	case p.cause == zoho.CauseInstallation, p.cause == zoho.CauseToken && len(g.worked) == 0:
		key = route{}
	}
	if !p.ofInstallation() {
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

// onlyFor reports whether calls about other modules succeed, and those on this route never
// did.
func (g *gates) onlyFor(r route) bool {
	others := len(g.modules)
	if g.modules[r.module] {
		others--
	}
	return others > 0 && !g.worked[r]
}
