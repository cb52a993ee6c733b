package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"untag/internal/sandbox"
)

// faultFlags say how the simulated Zoho fails.
type faultFlags struct {
	all        float64
	each       map[string]string
	seed       uint64
	retryAfter time.Duration
	slowBy     time.Duration
}

func (f *faultFlags) add(flags *pflag.FlagSet) {
	flags.Float64Var(&f.all, "faults", 0, "`share` of CRM calls that fail, 0 to 1, in every way but revoked")
	flags.StringToStringVar(&f.each, "fault", nil, "one `way=share`: "+strings.Join(slices.Sorted(maps.Keys(rates(&sandbox.Faults{}))), ", "))
	flags.Lookup("fault").DefValue = "" // otherwise the help shows "(default [])"
	flags.Uint64Var(&f.seed, "seed", 1, "the same seed repeats the same faults")
	flags.DurationVar(&f.retryAfter, "retry-after", time.Second, "how long 429-after asks to wait, in whole seconds")
	flags.DurationVar(&f.slowBy, "slow-by", 2*time.Second, "how much longer slow answers take")
}

// rates returns the rates of the faults, by the names that --fault takes.
func rates(f *sandbox.Faults) map[string]*float64 {
	return map[string]*float64{
		"429": &f.TooMany, "429-after": &f.TooManyAfter, "500": &f.Internal, "html": &f.HTML, "reset": &f.Reset,
		"half": &f.Half, "revoked": &f.Revoked, "locked": &f.Locked, "slow": &f.Slow,
	}
}

// faults returns what the flags ask for, nil for none. A rate of --fault overrides the
// even share of --faults.
func (f faultFlags) faults() (*sandbox.Faults, error) {
	if f.all == 0 && len(f.each) == 0 {
		return nil, nil
	}
	if f.all < 0 || f.all > 1 {
		return nil, fmt.Errorf("--faults: %v is not a share from 0 to 1", f.all)
	}
	faults := sandbox.EvenFaults(f.seed, f.all)
	faults.RetryAfter, faults.Delay = f.retryAfter, f.slowBy
	named := rates(faults)
	for _, name := range slices.Sorted(maps.Keys(f.each)) {
		into := named[name]
		if into == nil {
			return nil, fmt.Errorf("--fault: there is no fault %q; the faults are %s", name, strings.Join(slices.Sorted(maps.Keys(named)), ", "))
		}
		rate, err := strconv.ParseFloat(f.each[name], 64)
		if err != nil || rate < 0 || rate > 1 {
			return nil, fmt.Errorf("--fault: %s=%s is not a share from 0 to 1", name, f.each[name])
		}
		*into = rate
	}
	// Locked records and slow answers come on top of the other faults.
	if faults.TooMany+faults.TooManyAfter+faults.Internal+faults.HTML+faults.Reset+faults.Half+faults.Revoked > 1 {
		return nil, errors.New("--fault, --faults: more than all calls would fail; a call fails in one way only, so all shares but locked and slow must add up to at most 1")
	}
	return faults, nil
}
