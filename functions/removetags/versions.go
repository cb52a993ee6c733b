package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"untag/functions/removetags/handler"
	"untag/internal/rules"
	"untag/internal/rulesurl"
)

const (
	// lookEvery is the time from one look at the rules file to the next.
	lookEvery = time.Minute
	// lookDelay bounds how long a look may delay an invocation. One that takes longer goes on,
	// and counts from the next invocation.
	lookDelay = 500 * time.Millisecond
	// lookTimeout bounds a look. While there is no version to go on with, invocations wait for
	// all of it.
	lookTimeout = 5 * time.Second
	// startTimeout bounds the looks of a cold start, which may last ten seconds.
	startTimeout = 6 * time.Second
)

// versions answers each invocation by one version of the rules: the newest that can be used.
// The file is looked at again between invocations.
type versions struct {
	reader rulesReader
	check  func(file []byte) (*rules.Rules, []error)
	// build returns what answers by a version of the rules; nil for none.
	build func(*rules.Rules) *handler.Handler
	from  string
	log   *slog.Logger

	current atomic.Pointer[version]

	mu   sync.Mutex
	next time.Time
	// looking is closed when the look that runs is over; nil if none does.
	looking chan struct{}
	// refused is the last version that was refused, which is reported once.
	refused string
	// temporary: the last look failed, and one a moment later may not.
	temporary bool
}

// version is a version of the rules with what answers by it. Without a name, it is that of a
// function that has no usable rules.
type version struct {
	name string
	*handler.Handler
}

// newVersions looks at the rules file for the first time. If there is no version that can be
// used, every invocation is refused until one is found.
func newVersions(ctx context.Context, v *versions) *versions {
	v.current.Store(&version{Handler: v.build(nil)})
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for pause := 100 * time.Millisecond; ; pause *= 2 {
		v.look(ctx)
		if v.usable() || !v.again() {
			return v
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return v
		}
	}
}

// Invoke answers one invocation. It implements lambda.Handler.
func (v *versions) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	v.look(ctx)
	return v.current.Load().Invoke(ctx, payload)
}

func (v *versions) usable() bool { return v.current.Load().name != "" }

// again reports whether looking again at once may help.
func (v *versions) again() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.temporary
}

// look looks at the rules file if it is time to, and waits for the result as long as an
// invocation may.
func (v *versions) look(ctx context.Context) {
	over := v.begin(ctx)
	if over == nil {
		return
	}
	limit := lookTimeout
	if v.usable() {
		limit = lookDelay
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-over:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// begin starts a look, and returns what to wait for; nil for nothing.
func (v *versions) begin(ctx context.Context) chan struct{} {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch usable := v.usable(); {
	case v.looking != nil && usable:
		return nil // an invocation has waited for it already
	case v.looking != nil:
		return v.looking
	case usable && time.Now().Before(v.next):
		return nil
	}
	over := make(chan struct{})
	v.looking, v.next = over, time.Now().Add(lookEvery)
	go func() {
		// It outlives the invocation: a slow answer counts for the next one.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
		defer cancel()
		file, err := v.reader.Read(ctx)
		v.take(ctx, file, err)
		v.mu.Lock()
		defer v.mu.Unlock()
		v.looking = nil
		close(over)
	}()
	return over
}

// take makes the file that was read the current version, or says why it cannot.
func (v *versions) take(ctx context.Context, file []byte, err error) {
	v.note(err)
	switch {
	case errors.Is(err, rulesurl.ErrUnchanged):
		return
	case err != nil:
		v.unread(ctx, err)
		return
	}
	name := rules.VersionOf(file)
	if name == v.current.Load().name {
		v.refused = ""
		return
	}
	if name == v.refused {
		return
	}
	set, faults := v.check(file)
	if set == nil {
		v.refused = name
		v.logInstallation(ctx, "version "+name+" of the rules is refused: "+firstOf(faults).Error())
		return
	}
	v.refused = ""
	v.current.Store(&version{name: name, Handler: v.build(set)})
	logRules(ctx, v.log, name, v.from)
}

// note remembers whether looking again may help.
func (v *versions) note(err error) {
	e, failed := errors.AsType[*rulesurl.Error](err)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.temporary = failed && e.Temporary
}

// unread reports that the file could not be read. It is a fault of the installation only
// while there is no version to go on with.
func (v *versions) unread(ctx context.Context, err error) {
	reason := "the rules at " + v.from + " cannot be read: " + err.Error()
	if !v.usable() {
		v.logInstallation(ctx, reason)
		return
	}
	v.log.LogAttrs(ctx, slog.LevelWarn, "rules", slog.String("rules", v.current.Load().name), slog.String("reason", reason))
}

// codeRules is the code for rules that cannot be used.
const codeRules = "RULES"

// logInstallation writes a line that an alarm of the template counts.
func (v *versions) logInstallation(ctx context.Context, reason string) {
	attrs := []slog.Attr{slog.String("code", codeRules), slog.String("reason", reason)}
	if v.usable() {
		attrs = append(attrs, slog.String("rules", v.current.Load().name))
	}
	v.log.LogAttrs(ctx, slog.LevelError, "installation", attrs...)
}

// logRules says which version of the rules decides from now on.
func logRules(ctx context.Context, log *slog.Logger, name, from string) {
	log.LogAttrs(ctx, slog.LevelInfo, "rules", slog.String("rules", name), slog.String("from", from))
}
